"""Reports on paper and as workbooks. Their language is Chinese."""
