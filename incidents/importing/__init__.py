"""From a file to drafts: reading, staging, matching columns, checking, writing."""
