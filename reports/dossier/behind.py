"""Who stands above the groups that are named, along the relations of one day."""


def climbed(named, relations):
    """Those of `relations` that start at a named group, or at one that they lead to.

    named: groups by their key. A circle ends where it closes. Nearest to the named first.
    """
    from_group = {}
    for relation in relations:
        from_group.setdefault(relation.from_group_id, []).append(relation)
    found, visited, to_visit = [], set(), list(named)
    while to_visit:
        group = to_visit.pop(0)
        if group not in visited:
            visited.add(group)
            found += from_group.get(group, ())
            to_visit += [relation.to_group_id for relation in from_group.get(group, ())]
    return found
