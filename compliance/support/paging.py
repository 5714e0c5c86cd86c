"""Pages of a list whose length is known: which one is shown, and what stands before and after it."""

from dataclasses import dataclass

PAGE = 50


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a list that one page shows. A page past the end is the last one."""

    asked: int
    total: int
    size: int = PAGE

    @property
    def pages(self) -> int:
        """How many pages there are; an empty list has one."""
        return max(1, -(-self.total // self.size))

    @property
    def number(self) -> int:
        """The page shown, counted from 1."""
        return min(max(1, self.asked), self.pages)

    @property
    def start(self) -> int:
        """How many lines stand before this page."""
        return (self.number - 1) * self.size

    @property
    def end(self) -> int:
        """How many lines stand before the next page."""
        return min(self.start + self.size, self.total)

    @property
    def previous(self) -> int | None:
        """The number of the page before, if there is one."""
        return self.number - 1 if self.number > 1 else None

    @property
    def following(self) -> int | None:
        """The number of the page after, if there is one."""
        return self.number + 1 if self.number < self.pages else None
