"""Reports without a subject: a neutral tree of blocks, and one writer for each kind of file."""
