"""Colours for code: Pygments' lexers, our own small set of classes.

Lexers are regular expressions over strangers' text, and some are quadratic: 20 kB of `a a a` keeps the Java lexer busy
for nine seconds. So only languages named here are tried, the size is capped, and a clock stands between two tokens.
"""

import functools
import time

from django.utils.html import escape
from pygments.lexers import get_lexer_by_name
from pygments.token import Token

# Characters. Between two tokens the clock below decides; this bounds the one match that cannot be interrupted. Measured
# with the runs that hurt most: at 8,000 every lexer stays within 20 ms of the clock but these, slow inside one match.
BLOCK_LIMIT = 8_000
SLOW = dict.fromkeys(["matlab", "ini", "console", "scala", "julia"], 2_000)
# What one message may have coloured in all; the rest of its code is shown plain.
MESSAGE_LIMIT = 24_000
# CPU seconds for one message. Colour is a comfort: code that takes longer is shown plain.
CLOCK = 0.06

# Spelling in a fence → (Pygments' name, what readers are told).
LANGUAGES = {
    alias: (lexer, label)
    for lexer, label, aliases in [
        ("bash", "Shell", "sh zsh shell ksh"),
        ("console", "Console", "shell-session terminal"),
        ("powershell", "PowerShell", "ps1 pwsh posh"),
        ("bat", "Batch", "cmd batch dosbatch"),
        ("python", "Python", "py python3 py3"),
        ("pycon", "Python session", ""),
        ("pytb", "Python traceback", "traceback"),
        ("javascript", "JavaScript", "js node mjs cjs"),
        ("jsx", "JSX", "react"),
        ("typescript", "TypeScript", "ts mts"),
        ("tsx", "TSX", ""),
        ("json", "JSON", "jsonc json5 jsonl ndjson"),
        ("html", "HTML", "xhtml htm svelte vue"),
        ("xml", "XML", "svg rss xsd plist"),
        ("css", "CSS", ""),
        ("scss", "SCSS", ""),
        ("sass", "Sass", ""),
        ("less", "Less", ""),
        ("django", "Django template", "jinja jinja2 htmldjango"),
        ("php", "PHP", "php3 php5"),
        ("ruby", "Ruby", "rb"),
        ("perl", "Perl", "pl"),
        ("java", "Java", ""),
        ("kotlin", "Kotlin", "kt kts"),
        ("scala", "Scala", ""),
        ("groovy", "Groovy", "gradle"),
        ("clojure", "Clojure", "clj cljs edn"),
        ("c", "C", "h"),
        ("cpp", "C++", "c++ cc cxx hpp arduino"),
        ("csharp", "C#", "c# cs"),
        ("fsharp", "F#", "f# fs"),
        ("vbnet", "Visual Basic", "vb vb.net"),
        ("objective-c", "Objective-C", "objc objectivec obj-c"),
        ("swift", "Swift", ""),
        ("dart", "Dart", "flutter"),
        ("go", "Go", "golang"),
        ("rust", "Rust", "rs"),
        ("zig", "Zig", ""),
        ("nim", "Nim", ""),
        ("d", "D", "dlang"),
        ("haskell", "Haskell", "hs"),
        ("ocaml", "OCaml", "ml"),
        ("elixir", "Elixir", "ex exs"),
        ("erlang", "Erlang", "erl"),
        ("elm", "Elm", ""),
        ("common-lisp", "Lisp", "lisp cl elisp emacs-lisp"),
        ("scheme", "Scheme", "scm"),
        ("racket", "Racket", "rkt"),
        ("lua", "Lua", ""),
        ("r", "R", "rlang"),
        ("julia", "Julia", "jl"),
        ("matlab", "MATLAB", "octave"),
        ("fortran", "Fortran", "f90 f95"),
        ("delphi", "Pascal", "pascal objectpascal"),
        ("nasm", "Assembly", "asm assembly x86asm"),
        ("solidity", "Solidity", "sol"),
        ("gdscript", "GDScript", "gd godot"),
        ("glsl", "GLSL", "hlsl shader"),
        ("sql", "SQL", "sqlite mssql tsql"),
        ("postgresql", "PostgreSQL", "postgres psql plpgsql"),
        ("mysql", "MySQL", "mariadb"),
        ("graphql", "GraphQL", "gql"),
        ("protobuf", "Protocol Buffers", "proto proto3"),
        ("yaml", "YAML", "yml"),
        ("toml", "TOML", ""),
        ("ini", "INI", "cfg conf dosini properties env dotenv"),
        ("nginx", "Nginx", "nginxconf"),
        ("apacheconf", "Apache", "apache htaccess"),
        ("docker", "Dockerfile", "dockerfile containerfile"),
        ("make", "Makefile", "makefile mk"),
        ("cmake", "CMake", ""),
        ("terraform", "Terraform", "tf hcl"),
        ("nix", "Nix", "nixos"),
        ("diff", "Diff", "patch udiff"),
        ("http", "HTTP", "https"),
        ("tex", "LaTeX", "latex"),
        ("markdown", "Markdown", "md mdx"),
        ("vim", "Vim script", "vimscript viml"),
    ]
    for alias in [lexer, *aliases.split()]
}
PLAIN = {"": "Code", "text": "Text", "txt": "Text", "plaintext": "Text", "plain": "Text", "mermaid": "Mermaid"}

# Only what static/css/code.css paints gets an element; names, brackets and operators are ink and stay bare text,
# which also keeps the HTML at about twice the source instead of twenty times.
CLASSES = {
    Token.Comment: "c",
    Token.Comment.Preproc: "cp",
    Token.Keyword: "k",
    Token.Keyword.Constant: "kc",
    Token.Keyword.Type: "kt",
    Token.Operator.Word: "k",
    Token.Literal: "m",
    Token.Literal.Number: "m",
    Token.Literal.String: "s",
    Token.Literal.String.Escape: "se",
    Token.Literal.String.Interpol: "se",
    Token.Literal.String.Regex: "sr",
    Token.Name.Attribute: "na",
    Token.Name.Builtin: "nb",
    Token.Name.Class: "nc",
    Token.Name.Constant: "kc",
    Token.Name.Decorator: "nd",
    Token.Name.Exception: "nc",
    Token.Name.Function: "nf",
    Token.Name.Namespace: "nc",
    Token.Name.Tag: "nt",
    Token.Name.Variable: "nv",
    Token.Generic.Deleted: "gd",
    Token.Generic.Inserted: "gi",
    Token.Generic.Heading: "gh",
    Token.Generic.Subheading: "gh",
    Token.Generic.Strong: "gs",
    Token.Generic.Emph: "ge",
    Token.Generic.Output: "go",
    Token.Generic.Prompt: "gp",
    Token.Generic.Traceback: "gd",
    Token.Generic.Error: "gd",
}


def label(language):
    """What readers are told the language is: "Python" for py, the word itself for one nobody knows."""
    word = language.lower()
    if word in LANGUAGES:
        return LANGUAGES[word][1]
    return PLAIN.get(word, language[:40])


class Highlighter:
    """The colours of one message: its blocks share one allowance of characters and of time."""

    def __init__(self):
        self.characters = MESSAGE_LIMIT
        self.seconds = CLOCK

    def highlight(self, code, language):
        """HTML of the code with classes, or None where it stays plain: unknown language, too long, too slow."""
        name, _ = LANGUAGES.get(language.lower(), (None, None))
        if name is None or len(code) > min(self.characters, SLOW.get(name, BLOCK_LIMIT)):
            return None
        # Read from disk when a process first meets the language, which is no fault of the code.
        lexer = _lexer(name)
        start = time.thread_time()
        runs = _runs(code, lexer, stop=start + self.seconds)
        self.characters -= len(code)
        self.seconds -= time.thread_time() - start
        return runs and "".join(
            f'<span class="{name}">{escape(run)}</span>' if name else escape(run) for name, run in runs
        )


def _runs(code, lexer, stop):
    """[(class or None, text), …] of the code, neighbours of one class joined; None when the clock ran out."""
    runs = []
    # The raw walk: get_tokens() would strip blank lines and add a newline, and code must come back byte for byte.
    for _, kind, value in lexer.get_tokens_unprocessed(code):
        name = _class(kind)
        if runs and (runs[-1][0] == name or value.isspace()):
            runs[-1][1].append(value)
        elif value:
            runs.append((name, [value]))
        if time.thread_time() > stop:
            return None
    runs = [(name, "".join(values)) for name, values in runs]
    # A lexer that embeds another may drop or repeat a character; then the code matters and the colours do not.
    return runs if "".join(run for _, run in runs) == code else None


@functools.cache
def _lexer(name):
    return get_lexer_by_name(name)


@functools.cache
def _class(kind):
    while kind is not Token:
        if kind in CLASSES:
            return CLASSES[kind]
        kind = kind.parent
    return None
