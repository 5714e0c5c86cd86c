"""The critical reader of pages is itself tried: a good page passes, and each fault is named."""

import pytest

from tests.helpers.pages import faults

GOOD = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Register</title></head>
<body><main><h1>Register</h1><h2>Filters</h2>
<form action="/search" method="get"><label for="q">Search</label><input id="q" name="q" aria-describedby="help">
<p id="help">A word, or several. None of these is required.</p><button>Search</button></form>
<p>Legal basis: “None”</p>
<a href="#help">Help</a> <a href="https://eur-lex.europa.eu/" rel="noreferrer">Source</a></main></body></html>"""


def test_a_good_page_passes() -> None:
    assert faults(GOOD, resolves=lambda path, method: (path, method) == ("/search", "GET")) == []


@pytest.mark.parametrize(
    ("good", "bad", "fault"),
    [
        ("<!doctype html>", "", "not valid HTML"),
        ("<button>Search</button></form>", "<button>Search</form></button>", "not valid HTML"),
        ('lang="en"', "", "in the language None"),
        ("<title>Register</title>", "", "titles []"),
        ("<h1>Register</h1>", "", "0 h1"),
        ("<h2>Filters</h2>", "<h1>Filters</h1>", "2 h1"),
        ("<h2>Filters</h2>", "<h3>Filters</h3>", "jumps from level 1 to 3"),
        ('<p id="help">', '<p id="q">', "stands 2 times"),
        ('aria-describedby="help"', 'aria-describedby="gone"', "refers by aria-describedby to 'gone'"),
        ('href="#help"', 'href="#gone"', "leads to no place"),
        ('<label for="q">Search</label>', "", "has no label"),
        ("<button>Search</button>", "<button></button>", "has no name"),
        ("<h2>Filters</h2>", '<h2>Filters</h2><img src="/x">', "has no alt"),
        ("<h2>Filters</h2>", "<h2>Filters</h2><svg></svg>", "neither named nor hidden"),
        ("<h2>", '<h2 style="color:red">', "carries its own style"),
        ("<h2>", '<h2 onclick="x()">', "carries the script onclick"),
        ("<h2>Filters</h2>", "<h2>Filters</h2><script>1</script>", "a script stands in the page"),
        ("A word", "Due on None", "shows 'None'"),
        ("A word, or several. None of these is required.", "None", "shows 'None'"),
        ("A word", "%(name)s", "shows '%(name'"),
        ("A word", "{{ name }}", "shows '{{'"),
        ("A word", "&amp;lt;b&amp;gt;", "shows '&lt;'"),
        ('name="q"', 'name="q" value="None"', "has value='None'"),
        ('rel="noreferrer"', "", "add rel=noreferrer"),
        ("<h2>", '<img alt="" src="https://example.org/x.png"><h2>', "leaves the installation"),
        ('action="/search"', 'action="/gone"', "leads to GET /gone"),
        ('method="get"', 'method="post"', "leads to POST /search"),
    ],
)
def test_each_fault_is_named(good: str, bad: str, fault: str) -> None:
    assert good in GOOD
    found = faults(GOOD.replace(good, bad, 1), resolves=lambda path, method: (path, method) == ("/search", "GET"))
    assert any(fault in sentence for sentence in found), found
