"""Which addresses lead to which functions of the portal: found in the code that runs, not in its text."""

import ast
import inspect
from functools import cache, partial
from pathlib import Path
from types import CodeType, FunctionType, MethodType, ModuleType

from django.conf import settings
from django.urls import get_resolver
from django.views import View

STOREYS = ("accounts", "partners", "programs", "mentoring", "portal")


def addresses(resolver=None, namespace=""):
    """`(name, view)` of every address, with its namespace."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if hasattr(pattern, "url_patterns"):
            yield from addresses(pattern, f"{pattern.namespace}:" if pattern.namespace else namespace)
        else:
            yield f"{namespace}{pattern.name or pattern.pattern}", pattern.callback


def is_ours(module):
    """Whether a module of that name is the portal's."""
    return str(module).split(".")[0] in STOREYS


def names_in(code):
    """Every name that a piece of code uses, in the functions inside it too."""
    found = set(code.co_names)
    for part in code.co_consts:
        if isinstance(part, CodeType):
            found |= names_in(part)
    return found


def called(function, owner):
    """The functions of ours that a function may call, each with the class whose method it is."""
    names = names_in(function.__code__)
    for name in names & set(function.__globals__):
        known = function.__globals__[name]
        if isinstance(known, ModuleType) and is_ours(known.__name__):
            for one in names & set(vars(known)):
                yield from functions_in(getattr(known, one), None)
        else:
            yield from functions_in(known, None)
    for name in names if owner is not None else ():
        yield from functions_in(inspect.getattr_static(owner, name, None), owner)
    for cell in function.__closure__ or ():
        try:
            yield from functions_in(cell.cell_contents, owner)
        except ValueError:  # not filled in yet
            continue


def functions_in(found, owner):
    """The functions behind a value: itself, a method's, what a decorator has wrapped."""
    if isinstance(found, MethodType):
        yield found.__func__, type(found.__self__)
    elif isinstance(found, partial):
        yield from functions_in(found.func, owner)
    elif isinstance(found, type) and issubclass(found, View):
        for part in vars(found).values():
            yield from functions_in(part, found)
    elif isinstance(found, FunctionType):
        yield found, owner
        if hasattr(found, "__wrapped__"):
            yield from functions_in(found.__wrapped__, owner)


def reached(view):
    """`module.function` of everything of ours that a view may come to."""
    waiting, seen = list(functions_in(view, None)), set()
    while waiting:
        function, owner = waiting.pop()
        if (function, owner) in seen:
            continue
        seen.add((function, owner))
        is_wrapper = function.__closure__ is not None
        if is_ours(function.__module__) or is_wrapper:
            waiting.extend(called(function, owner))
    return {f"{function.__module__}.{function.__qualname__}" for function, _owner in seen}


@cache
def makers():
    """`module.function` of whatever makes an answer that is neither a page nor JSON: a file, a text, a picture."""
    found = set()
    for storey in STOREYS:
        for path in sorted(Path(settings.BASE_DIR, storey).rglob("*.py")):
            module = ".".join(path.relative_to(settings.BASE_DIR).with_suffix("").parts)
            found |= {f"{module}.{name}" for name in makers_in(ast.parse(path.read_text(encoding="utf-8")))}
    return frozenset(found)


def makers_in(tree, above=""):
    """The qualified names of the functions of a module that make such an answer."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef):
            yield from makers_in(node, f"{above}{node.name}.")
        elif isinstance(node, ast.FunctionDef) and any(map(makes, ast.walk(node))):
            yield f"{above}{node.name}"


def makes(node):
    """Whether a piece of syntax makes it, or says how it is to be kept."""
    if isinstance(node, ast.Constant):
        return isinstance(node.value, str) and node.value.lower() == "content-disposition"
    if not isinstance(node, ast.Call):
        return False
    name = getattr(node.func, "id", getattr(node.func, "attr", ""))
    if name in ("FileResponse", "StreamingHttpResponse"):
        return True
    return name == "HttpResponse" and any(word.arg == "content_type" for word in node.keywords)
