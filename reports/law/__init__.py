"""What a state answers for: findings, obligations, and beside them who sees it otherwise."""
