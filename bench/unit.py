"""The unit, one hello: the processor time of a bare JSON route, called as a server calls it."""

import itertools
import statistics
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from flask import Flask, jsonify
from flask.typing import ResponseReturnValue
from werkzeug.test import EnvironBuilder

Environ = dict[str, Any]

bare = Flask("bench.hello")


@bare.route("/hello")
def hello() -> ResponseReturnValue:
    return jsonify(hello="world")


def call(app: Callable[..., Any], environ: Environ) -> int:
    """Send one request through WSGI and read the answer to its end; answers the status."""
    statuses: list[str] = []
    answer = app(dict(environ), lambda status, _headers, _info=None: statuses.append(status))
    try:
        for _piece in answer:
            pass
    finally:
        if hasattr(answer, "close"):
            answer.close()
    return int(statuses[0].split()[0])


@dataclass(frozen=True)
class Question:
    """Something to measure: what is called, how often in one round, and what is done before without being counted."""

    app: Callable[..., Any]
    environs: Iterator[Environ]
    times: int = 5
    before: Callable[[], None] = lambda: None
    expected: tuple[int, ...] = (200,)


def asked(app: Callable[..., Any], environ: Environ, **more: Any) -> Question:
    """The same request again and again."""
    return Question(app, itertools.repeat(environ), **more)


def ratios(questions: Mapping[str, Question], rounds: int = 15) -> tuple[float, dict[str, float]]:
    """The hello in milliseconds, and for each question its processor time in hellos: medians of interleaved rounds."""
    units = [_hello()]
    found: dict[str, list[float]] = {name: [] for name in questions}
    for name, question in questions.items():
        _cost(question, name)
    for _round in range(rounds):
        for name, question in questions.items():
            unit = _hello()
            units.append(unit)
            found[name].append(_cost(question, name) / unit)
    return statistics.median(units) * 1000, {name: statistics.median(values) for name, values in found.items()}


def _cost(question: Question, name: str) -> float:
    """Seconds of one call: the least of several, because what else the machine does only ever adds."""
    spent = []
    for _time in range(question.times):
        environ = next(question.environs)
        question.before()
        started = time.process_time()
        status = call(question.app, environ)
        spent.append(time.process_time() - started)
        if status not in question.expected:
            raise RuntimeError(f"{name}: {environ['REQUEST_METHOD']} {environ['PATH_INFO']} answered {status}")
    return min(spent)


def _hello() -> float:
    environ = EnvironBuilder(path="/hello").get_environ()
    spent = []
    for _time in range(8):
        started = time.process_time()
        for _again in range(25):
            call(bare.wsgi_app, environ)
        spent.append((time.process_time() - started) / 25)
    return min(spent)
