"""Pages put together when their template is read.

Django looks for a page's parent, and in it for the blocks that the page has its own words for, each time it shows the
page. Both are written in the templates, which do not change while the program runs.
"""

from django import template
from django.template.base import Lexer, Node, Parser
from django.template.loader_tags import do_block, do_extends

register = template.Library()


@register.tag
def extends(parser, token):
    """Django's; or the parent, read anew with this template's blocks in place of its own. Where a block shows the
    parent's too (block.super), and while templates are being written (debug), it stays Django's."""
    has_super = any("block.super" in left.contents for left in parser.tokens)
    node = do_extends(parser, token)
    node.blocks |= _better(parser)
    name, loader = node.parent_name.var, parser.origin.loader
    if has_super or not isinstance(name, str) or loader is None or loader.engine.debug:
        return node
    parent, _ = loader.engine.find_template(name, skip=[parser.origin])
    return Whole(_read(parent, node.blocks, loader.engine))


@register.tag
def block(parser, token):
    node = do_block(parser, token)
    return _better(parser).get(node.name, node)


class Whole(Node):
    must_be_first = True

    def __init__(self, nodelist):
        self.nodelist = nodelist

    def render(self, context):
        return self.nodelist.render(context)


def _read(parent, blocks, engine):
    tokens = Lexer(parent.source).tokenize()
    parser = Parser(tokens, engine.template_libraries, engine.template_builtins, parent.origin)
    parser.blocks = blocks
    return parser.parse()


def _better(parser):
    """{name: block} of the template that extends the one that is read."""
    return getattr(parser, "blocks", {})
