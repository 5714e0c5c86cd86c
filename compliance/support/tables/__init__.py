"""Reading other people's tables (CSV, XLSX, ODS, JSON lists) into plain sheets of text, safely."""
