"""The book in which the rules on processing activities are entered."""

from compliance.regulation.reference import reference
from compliance.regulation.rulebook import Rulebook

book = Rulebook(lambda: reference().rules)
