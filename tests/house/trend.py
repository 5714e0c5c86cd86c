"""Four figures of taste, printed by `make lint`: a tendency to keep an eye on, never a reason to shred code."""

import ast
import statistics

from tests.house.sources import OURS, functions, length, python_files, templates, text_of


def _is_view(function: ast.AST) -> bool:
    return isinstance(function, ast.FunctionDef) and any(
        isinstance(mark, ast.Call)
        and isinstance(mark.func, ast.Attribute)
        and mark.func.attr in ("route", "get", "post")
        for mark in function.decorator_list
    )


def _percentile(values: list[int], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1] if len(values) > 1 else sum(values)


def figures() -> dict[str, tuple[float, int]]:
    """Each figure by name, with the taste it is held against, in lines."""
    files = python_files(*OURS)
    every = [function for path in files for function in functions(path)]
    lengths = [length(function) for function in every]
    views = [length(function) for function in every if _is_view(function)]
    pages = [len(text_of(path).splitlines()) for path in templates() if path.suffix == ".html"]
    sizes = [len(text_of(path).splitlines()) for path in files]
    return {
        "mean function": (statistics.fmean(lengths) if lengths else 0, 9),
        "median view": (statistics.median(views) if views else 0, 10),
        "median template": (statistics.median(pages) if pages else 0, 40),
        "p90 of files": (_percentile(sizes, 90), 200),
    }


def main() -> None:
    """Print the figures, one a line."""
    print("Trend, in lines (goal):")
    for name, (value, goal) in figures().items():
        print(f"  {name:16} {value:6.1f}  ({goal}){'' if value <= goal else '  above'}")


if __name__ == "__main__":
    main()
