"""Reading other people's registers: from sheets of text to activity documents, every cell accounted for."""
