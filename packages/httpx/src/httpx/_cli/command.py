"""The command as click sees it: its options, in groups, and their help."""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import click

from ..__about__ import __version__
from .options import Options
from .running import refuse, run

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

OTHER = "Other"

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "HEAD")

EPILOG = """\b
Exit codes:
  0    the answer is a success (2xx)
  1    the answer is an error, or a redirect that was not followed
  2    the arguments cannot be meant; nothing was sent
  3    no whole answer came
  4    a file cannot be read or written, or a download not be continued
  130  interrupted by Ctrl-C
  141  who read the output has gone
"""


class GroupedOption(click.Option):
    """An option that says under which heading the help shows it."""

    def __init__(self, *args: Any, group: str, **attrs: Any) -> None:
        super().__init__(*args, **attrs)
        self.group = group


class GroupedCommand(click.Command):
    """A command whose help shows the options under headings, and whose errors are one sentence."""

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,
    ) -> click.Context:
        given = list(args)  # click empties the list
        try:
            return super().make_context(info_name, args, parent, **extra)
        except click.UsageError as exc:
            reason = exc.format_message()
            if isinstance(exc, click.MissingParameter):
                reason += " Try 'httpx --help'."
            raise SystemExit(refuse(reason, _asks_for_json(given))) from exc

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        groups: dict[str, list[tuple[str, str]]] = {}
        for parameter in self.get_params(ctx):
            record = parameter.get_help_record(ctx)
            if record is not None and isinstance(parameter, click.Option):
                heading = parameter.group if isinstance(parameter, GroupedOption) else OTHER
                groups.setdefault(heading, []).append(record)
        for heading, records in groups.items():
            with formatter.section(heading):
                formatter.write_dl(records)


def _asks_for_json(args: list[str]) -> bool:
    """Whether arguments that cannot all be read ask for a document."""
    return "--output=json" in args or ("--output", "json") in pairwise(args)


def _complete_method(
    ctx: click.Context, param: click.Parameter, incomplete: str
) -> list[str | CompletionItem]:
    return [method for method in METHODS if method.startswith(incomplete.upper())]


def _pair(*decls: str, metavar: str, group: str, help: str) -> GroupedOption:
    return GroupedOption(
        decls, group=group, type=(str, str), multiple=True, metavar=f"<{metavar}>", help=help
    )


def _text(*decls: str, metavar: str, group: str, help: str, **more: Any) -> GroupedOption:
    return GroupedOption(decls, group=group, metavar=metavar, help=help, **more)


def _flag(*decls: str, group: str, help: str, **more: Any) -> GroupedOption:
    return GroupedOption(decls, group=group, is_flag=True, help=help, **more)


def _request_options() -> list[click.Parameter]:
    group = "Request"
    return [
        _text("-m", "--method", metavar="METHOD", group=group, shell_complete=_complete_method,
              help="GET, POST, PUT and so on.  [default: GET, or POST with a body]"),
        _pair("-p", "--params", metavar="NAME VALUE", group=group, help="A query parameter."),
        _pair("-h", "--headers", metavar="NAME VALUE", group=group, help="A header."),
        _pair("--cookies", metavar="NAME VALUE", group=group, help="A cookie."),
        _text("-c", "--content", metavar="TEXT", group=group,
              help="The body; '-' reads it from standard input."),
        _pair("-d", "--data", metavar="NAME VALUE", group=group, help="A form field of the body."),
        GroupedOption(["-f", "--files"], group=group, type=(str, click.File("rb")), multiple=True,
                      metavar="<NAME FILENAME>", help="A form file of the body."),
        _text("-j", "--json", metavar="TEXT", group=group,
              help="The body as JSON; '-' reads it from standard input."),
    ]  # fmt: skip


def _authentication_options() -> list[click.Parameter]:
    group = "Authentication"
    return [
        GroupedOption(["--auth"], group=group, type=(str, str), default=None,
                      metavar="<USER PASS>", help="Name and password; '-' asks for the password."),
        _text("--auth-type", metavar="TYPE", group=group, default="basic",
              type=click.Choice(["basic", "digest"]), help="basic (the default) or digest."),
        _flag("--netrc", group=group, help="Name and password from the netrc file of the system."),
        _text("--netrc-file", metavar="FILE", group=group, type=click.Path(),
              help="Name and password from this netrc file."),
    ]  # fmt: skip


def _connection_options() -> list[click.Parameter]:
    group = "Connection"
    return [
        _text("--proxy", metavar="URL", group=group, help="The proxy to go through."),
        _text("--timeout", metavar="SECONDS", group=group, type=float, default=5.0,
              help="The limit of each wait: for the connection, for the next bytes; 0 for none.  "
                   "[default: 5]"),
        _text("--total-timeout", metavar="SECONDS", group=group, type=float,
              help="The limit of the whole transfer."),
        _flag("--follow-redirects", group=group, help="Follow redirects."),
        _text("--max-redirects", metavar="N", group=group, type=int, default=20,
              help="How many of them.  [default: 20]"),
        _flag("--no-verify", "verify", group=group, flag_value=False, default=True,
              help="Do not check the server's certificate: anybody may read and change what is sent."),
        _text("--cert", metavar="FILE", group=group, type=click.Path(),
              help="A client certificate, PEM."),
        _text("--cert-key", metavar="FILE", group=group, type=click.Path(),
              help="Its key, where it is not in the same file."),
        _flag("--http2", group=group, help="Offer HTTP/2 to the server."),
    ]  # fmt: skip


def _output_options() -> list[click.Parameter]:
    group = "Output"
    return [
        _text("--output", metavar="FORMAT", group=group, default="full",
              type=click.Choice(["full", "headers", "body", "json"]),
              help="full (the default), headers, body (its bytes alone), or json: the outcome as a "
                   "document for scripts."),
        _text("--download", metavar="FILE", group=group, type=click.Path(),
              help="Save the body to a file; '-' writes it to standard output."),
        _flag("--continue", "continues", group=group,
              help="Go on with a download that was interrupted."),
        _flag("-v", "--verbose", group=group,
              help="Show the request too, the connection, TLS and the time that each took."),
        _flag("--show-credentials", group=group,
              help="Show passwords and cookies of the request where it is shown."),
    ]  # fmt: skip


def _show_version(ctx: click.Context, param: click.Parameter, value: bool) -> None:
    if value and not ctx.resilient_parsing:
        click.echo(f"httpx {__version__}")
        ctx.exit()


def _invoke(**given: Any) -> None:
    if given["download"] == "-":
        given.update(download=None, output="body")
    raise SystemExit(run(Options(**given)))


command = GroupedCommand(
    "httpx",
    callback=_invoke,
    params=[
        click.Argument(["url"], metavar="URL"),
        *_request_options(),
        *_authentication_options(),
        *_connection_options(),
        *_output_options(),
        _flag("--version", group=OTHER, is_eager=True, expose_value=False,
              callback=_show_version, help="Show the version and exit."),
    ],
    help="A next generation HTTP client.\n\nSends one request to URL and shows the answer.",
    epilog=EPILOG,
    no_args_is_help=False,
)  # fmt: skip
