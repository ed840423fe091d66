"""Clauses, switched off one at a time: of a function, and of a condition of the database.

What a clause is follows from the text alone, so that one which is added later is switched
off as well, and a test that nobody wrote for it is missed at once.
"""

import ast
import inspect
import textwrap
from contextlib import contextmanager
from copy import deepcopy

FILTERS = {"filter", "exclude"}
GATES = {"visible_to", "counted_for"}
EVERY_ROW = "unrestricted(reason='a mutant')"


# Of Python


def clauses_of(function):
    """Pairs of the words of a clause, and the code of the function without it."""
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    definition = tree.body[0]
    definition.decorator_list = []
    if ast.get_docstring(definition):
        definition.body.pop(0)
    places = [
        (node, name, at)
        for node in ast.walk(definition)
        for name, value in ast.iter_fields(node)
        for at in (range(len(value)) if isinstance(value, list) else [None])
    ]
    for number, (node, name, at) in enumerate(places):
        found = getattr(node, name)
        for words, instead in _without_a_clause(found if at is None else found[at]):
            yield words, _compiled(function, tree, number, instead)


def _without_a_clause(node):
    """Pairs of the words of a clause in this node, and the node that stands there without it."""
    match node:
        case ast.BoolOp(op=op, values=values):
            for at, value in enumerate(values):
                rest = values[:at] + values[at + 1 :]
                yield ast.unparse(value), rest[0] if len(rest) == 1 else ast.BoolOp(op, rest)
        case ast.BinOp(op=ast.BitAnd() | ast.BitOr(), left=left, right=right):
            yield ast.unparse(left), right
            yield ast.unparse(right), left
        case ast.If(test=test, body=body, orelse=orelse):
            for always in (True, False):
                words = f"if {always} for if {ast.unparse(test)}"
                yield words, ast.If(ast.Constant(always), body, orelse)
        case ast.IfExp(test=test, body=body, orelse=orelse):
            yield f"always, for if {ast.unparse(test)}", body
            yield f"never, for if {ast.unparse(test)}", orelse
        case ast.AugAssign(op=ast.BitAnd() | ast.BitOr()) | ast.Raise():
            yield ast.unparse(node), ast.Pass()
        case ast.Call(func=ast.Attribute(attr=attr, value=rows)) if attr in FILTERS:
            yield f".{attr}({_arguments(node)}) of {ast.unparse(rows)}", rows
            yield from _without_a_keyword(node)
        case ast.Call(func=ast.Attribute(attr=attr, value=rows)) if attr in GATES:
            every = ast.parse(f"_.{EVERY_ROW}", mode="eval").body
            every.func.value = rows
            yield f".{attr}({_arguments(node)}) of {ast.unparse(rows)}", every
        case ast.Call(func=ast.Name(id="Q")):
            yield from _without_a_keyword(node)
        case ast.comprehension(ifs=[_, *_]):
            without = deepcopy(node)
            without.ifs = []
            yield f"if {ast.unparse(node.ifs[0])}", without


def _without_a_keyword(call):
    if len(call.keywords) + len(call.args) > 1:
        for at, keyword in enumerate(call.keywords):
            without = deepcopy(call)
            del without.keywords[at]
            yield ast.unparse(keyword), without


def _arguments(call):
    return ", ".join(map(ast.unparse, [*call.args, *call.keywords]))


def _compiled(function, tree, number, instead):
    """The code of the function with another node at the place of this number."""
    copied = deepcopy(tree)
    node, name, at = [
        (node, name, at)
        for node in ast.walk(copied.body[0])
        for name, value in ast.iter_fields(node)
        for at in (range(len(value)) if isinstance(value, list) else [None])
    ][number]
    if at is None:
        setattr(node, name, instead)
    else:
        getattr(node, name)[at] = instead
    # `super()` needs the cell that a class would give it.
    free = "".join(f"    {cell} = None\n" for cell in function.__code__.co_freevars)
    around = ast.parse(f"def around():\n{free}    pass")
    around.body[0].body.append(copied.body[0])
    whole = compile(ast.fix_missing_locations(around), function.__code__.co_filename, "exec")
    (inside,) = _codes(whole)
    return next(code for code in _codes(inside) if code.co_name == function.__name__)


def _codes(code):
    return [each for each in code.co_consts if inspect.iscode(each)]


@contextmanager
def switched_off(function, code):
    before = function.__code__
    function.__code__ = code
    try:
        yield
    finally:
        function.__code__ = before


# Of SQL


def clauses_in(condition):
    """Pairs of the words of a clause, and the condition without it.

    As PostgreSQL writes conditions: each AND and OR with what it joins in brackets.
    """
    for start, end in _brackets(condition):
        inside = condition[start:end]
        for joint, neutral in ((" AND ", "true"), (" OR ", "false")):
            parts = _parts(inside, joint)
            if len(parts) == 1:
                continue
            for at, words in enumerate(parts):
                without = joint.join([*parts[:at], neutral, *parts[at + 1 :]])
                yield words, f"{condition[:start]}{without}{condition[end:]}"
        if condition[:start].endswith(("WHERE (", "THEN (")):
            yield condition[start:end], f"{condition[:start]}true{condition[end:]}"


def _brackets(text):
    """Where what stands in each pair of brackets begins and ends; and all of it."""
    opened, quoted = [], False
    yield 0, len(text)
    for at, letter in enumerate(text):
        if letter == "'":
            quoted = not quoted
        elif letter == "(" and not quoted:
            opened.append(at + 1)
        elif letter == ")" and not quoted:
            yield opened.pop(), at


def _parts(text, joint):
    """What is joined outside all brackets, quotes and cases."""
    parts, depth, quoted, last = [], 0, False, 0
    for at, letter in enumerate(text):
        if letter == "'":
            quoted = not quoted
        elif not quoted:
            depth += (letter == "(") - (letter == ")")
            if depth == 0 and text.startswith(joint, at):
                parts.append(text[last:at])
                last = at + len(joint)
    return [*parts, text[last:]]
