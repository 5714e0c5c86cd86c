"""What the law says: reference data with source and date, and the book in which rules are entered."""
