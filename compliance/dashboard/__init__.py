"""What composes the others: the first page of each person."""
