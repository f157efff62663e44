"""What profiles are: from files, from verdicts, and as they would be after a change."""
