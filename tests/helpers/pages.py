"""What every page must be, read as browsers read it: valid, labelled, in order, without leftovers."""

import functools
import re
from collections import Counter
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit
from xml.etree.ElementTree import Element

import html5lib

LEFTOVERS = re.compile(
    r"^\s*None\s*$|(?<=[^\s.!?]\s)None\b"  # a Python None; “None was given” is English
    r"|%\(\w*|\{\{|\}\}|\{%|%\}|&(?:amp|lt|gt|quot|#\d+);|\bundefined\b|\bNaN\b|<\w+ object at|\bLazyString\b"
)
FIELDS = {"input", "select", "textarea"}
UNLABELLED_TYPES = {"hidden", "submit", "button", "reset", "image"}
REFERRING = ("aria-labelledby", "aria-describedby", "aria-controls", "aria-owns", "aria-errormessage", "for", "list")
SILENT = {"script", "style", "template", "code", "pre", "textarea"}


@functools.lru_cache(maxsize=8)
def parse(html: str) -> tuple[Element, list[str]]:
    """The tree of a whole page, and what the parser had to mend, as “line:column: what”.

    Kept for a while: a page that was checked is then questioned, and reading it takes longer than making it.
    """
    parser = html5lib.HTMLParser(html5lib.getTreeBuilder("etree"), namespaceHTMLElements=False)
    tree = parser.parse(html)
    for element in _elements(tree):
        element.tag = element.tag.rpartition("}")[2]  # drawings are in the page: one way to name their parts
    mended = [f"{place[0]}:{place[1]}: {code} {data or ''}".strip() for place, code, data in parser.errors]
    return tree, mended


def faults(html: str, *, resolves: Callable[[str, str], bool] | None = None) -> list[str]:
    """What is wrong with a page, a sentence each; `resolves(address, method)` says whether a route answers."""
    tree, mended = parse(html)
    found = [f"not valid HTML, {remark}" for remark in mended]
    for check in (_document, _headings, _identifiers, _references, _fields, _names, _inline, _leftovers):
        found.extend(check(tree))
    found.extend(_addresses(tree, resolves))
    return found


def text_of(element: Element) -> str:
    """The words of an element as a reader meets them, spaces folded."""
    return " ".join("".join(_texts(element)).split())


def _texts(element: Element) -> Iterator[str]:
    if not isinstance(element.tag, str):
        return
    if element.text and element.tag not in ("script", "style", "template"):
        yield element.text
    for child in element:
        yield from _texts(child)
        yield child.tail or ""


def _elements(tree: Element) -> Iterator[Element]:
    return (element for element in tree.iter() if isinstance(element.tag, str))


def _say(element: Element) -> str:
    shown = {name: element.get(name) for name in ("id", "name", "href", "class") if element.get(name)}
    return f"<{element.tag}{''.join(f' {name}={value!r}' for name, value in list(shown.items())[:2])}>"


def _document(tree: Element) -> Iterator[str]:
    if tree.get("lang") not in ("en", "fr"):
        yield f"the page is in the language {tree.get('lang')!r}"
    titles = [text_of(title) for title in tree.findall("head/title")]
    if len(titles) != 1 or not titles[0]:
        yield f"the page has the titles {titles}"
    if len(list(tree.iter("main"))) != 1:
        yield "the page has no single <main>"


def _headings(tree: Element) -> Iterator[str]:
    headings = [element for element in _elements(tree) if re.fullmatch(r"h[1-6]", element.tag)]
    if sum(heading.tag == "h1" for heading in headings) != 1:
        yield f"the page has {sum(heading.tag == 'h1' for heading in headings)} h1"
    level = 0
    for heading in headings:
        if int(heading.tag[1]) > level + 1:
            yield f"heading {text_of(heading)!r} jumps from level {level} to {heading.tag[1]}"
        if not text_of(heading):
            yield f"{_say(heading)} is empty"
        level = int(heading.tag[1])


def _identifiers(tree: Element) -> Iterator[str]:
    counted = Counter(element.get("id") for element in _elements(tree) if element.get("id") is not None)
    for name, times in counted.items():
        if times > 1 or not name or " " in name:
            yield f"id {name!r} stands {times} times"


def _references(tree: Element) -> Iterator[str]:
    known = {element.get("id") for element in _elements(tree)}
    for element in _elements(tree):
        for attribute in REFERRING:
            for name in (element.get(attribute) or "").split():
                if name not in known:
                    yield f"{_say(element)} refers by {attribute} to {name!r}, which is not there"
        href = element.get("href") or ""
        if element.tag == "a" and href.startswith("#") and len(href) > 1 and href[1:] not in known:
            yield f"{_say(element)} leads to no place on the page"


def _fields(tree: Element) -> Iterator[str]:
    labelled = {label.get("for") for label in tree.iter("label") if text_of(label)}
    inside = {id(field) for label in tree.iter("label") if text_of(label) for field in label.iter()}
    for field in _elements(tree):
        if field.tag not in FIELDS or field.get("type") in UNLABELLED_TYPES:
            continue
        named = field.get("aria-label") or field.get("aria-labelledby") or field.get("id") in labelled
        if not named and id(field) not in inside:
            yield f"{_say(field)} has no label"


def _names(tree: Element) -> Iterator[str]:
    for element in _elements(tree):
        named = element.get("aria-label") or element.get("aria-labelledby") or element.get("title")
        spoken = (
            named or text_of(element) or any(child.get("alt") or child.get("aria-label") for child in element.iter())
        )
        if element.tag in ("a", "button", "summary", "legend") and not spoken:
            yield f"{_say(element)} has no name"
        if element.tag == "img" and element.get("alt") is None:
            yield f"{_say(element)} has no alt"
        if element.tag == "svg" and not named and element.get("aria-hidden") != "true":
            yield f"{_say(element)} is neither named nor hidden"


def _inline(tree: Element) -> Iterator[str]:
    for element in _elements(tree):
        if element.tag == "style" or element.get("style") is not None:
            yield f"{_say(element)} carries its own style"
        if element.tag == "script" and not element.get("src") and element.get("type") != "application/json":
            yield "a script stands in the page"
        for name in element.attrib:
            if str(name).startswith("on"):
                yield f"{_say(element)} carries the script {name}"


def _leftovers(tree: Element) -> Iterator[str]:
    for element in _elements(tree):
        if element.tag in SILENT:
            continue
        for piece in (element.text, *(child.tail for child in element)):
            if piece and (match := LEFTOVERS.search(piece)):
                yield f"{_say(element)} shows {match.group()!r} in {' '.join(piece.split())[:80]!r}"
        for name in ("value", "href", "src", "action", "title", "alt", "placeholder", "aria-label", "content"):
            value = element.get(name) or ""
            if value == "None" or "/None" in value or "=None" in value or "%(" in value or "{{" in value:
                yield f"{_say(element)} has {name}={value!r}"


def _addresses(tree: Element, resolves: Callable[[str, str], bool] | None) -> Iterator[str]:
    for element in _elements(tree):
        for name in ("href", "src", "action", "formaction", "hx-get", "hx-post"):
            address = element.get(name)
            if address is None or (name == "href" and element.tag not in ("a", "link", "use")):
                continue
            parts = urlsplit(address)
            if parts.scheme in ("mailto", "tel"):
                continue
            if parts.scheme == "javascript" or (parts.netloc and element.tag != "a"):
                yield f"{_say(element)} leaves the installation: {address}"
            elif parts.netloc and "noreferrer" not in (element.get("rel") or ""):
                yield f"{_say(element)} tells {parts.netloc} where the reader comes from: add rel=noreferrer"
            elif resolves and not parts.netloc and parts.path.startswith("/") and parts.scheme == "":
                method = "POST" if _posts(element, name) else "GET"
                if not resolves(parts.path, method):
                    yield f"{_say(element)} leads to {method} {parts.path}, which nothing answers"


def _posts(element: Element, attribute: str) -> bool:
    if attribute in ("hx-post", "formaction"):
        return True
    return element.tag == "form" and (element.get("method") or "get").lower() == "post"
