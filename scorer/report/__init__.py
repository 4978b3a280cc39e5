"""Reports on a scored corpus: rows of what `scorer corpus` wrote -> running counts -> figures -> one page and JSON."""
