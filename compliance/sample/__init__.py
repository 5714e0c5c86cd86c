"""Sample organisations: one to look around in, with a history of three years, and one as large as asked for."""
