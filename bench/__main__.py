"""`python -m bench`: prepare, measure, print."""

import argparse
import os
import time

from bench import browser, pages, place, processes, unit
from bench.targets import Measure, table
from compliance.support.db import db

PARTS = ("pages", "exports", "import", "pdf", "sweep", "web", "browser")


def main() -> None:
    options = _options()
    started = time.monotonic()
    app = place.prepare(options.database, options.records, keep=options.keep)
    settings = place.environ(options.database, options.records)
    measures: list[Measure] = []
    with app.app_context():
        server = place.version()
        db.engine.dispose()
    hello = unit.ratios({}, rounds=1)[0]
    if "pages" in options.parts:
        hello, found, counts = pages.measured(app, options.rounds)
        for name, ratio in found.items():
            measures += [Measure(name, ratio, "x"), Measure(f"{name}, statements", counts[name])]
        measures.append(Measure("list, last page / first page", found["list, last page"] / found["list, first page"]))
    for part, measure in {
        "exports": processes.exports, "import": processes.imported, "pdf": processes.printed,
        "sweep": processes.swept, "web": processes.web,
    }.items():  # fmt: skip
        if part in options.parts:
            measures += measure(settings)
    if "browser" in options.parts:
        measures += browser.weighed(app)
    print(f"\n{options.records} records, {server}; one hello (x) = {hello:.3f} ms; {_machine()}")
    print(table(measures, large=options.records >= 100_000))
    print(f"in {time.monotonic() - started:.0f} s")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="bench", description="Measure, in ratios to a bare answer.")
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--large", dest="records", action="store_const", const=100_000, help="as --records 100000")
    parser.add_argument("--database", default="", help="a database address; without it, a file below VAR_DIR")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--only", dest="parts", nargs="+", choices=PARTS, default=PARTS)
    parser.add_argument("--keep", action="store_true", help="use the loaded file although the code has changed since")
    return parser.parse_args()


def _machine() -> str:
    load = os.getloadavg()[0]
    return f"{os.cpu_count()} processors, load {load:.1f}"


if __name__ == "__main__":
    main()
