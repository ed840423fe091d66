"""The dossier: one page on which everything known about one incident stands, in story order."""
