"""``skmnist noise``: add noise to image files."""

from pathlib import Path

import click

from skmnist._cli import _options
from skmnist._cli._images import each_image, fail
from skmnist._cli._inputs import make_noise


def _print_names(ctx: click.Context, parameter: click.Parameter, value: bool) -> None:
    if value:
        from skmnist.noise import list_noises

        click.echo("\n".join(list_noises()))
        ctx.exit()


@click.command()
@click.argument("name")
@_options.paths
@click.option(
    "--list",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_names,
    help="Print the names of the noises and exit.",
)
@_options.severity
@_options.seed
@click.option(
    "--output",
    default="noisy",
    show_default=True,
    metavar="FOLDER",
    type=click.Path(file_okay=False),
    help="Folder of the noisy images; made if it is missing.",
)
@click.option("--overwrite", is_flag=True, help="Replace files of the same name.")
@_options.as_json
@click.pass_context
def noise(
    ctx: click.Context,
    name: str,
    paths: tuple[str, ...],
    severity: int | None,
    seed: int,
    output: str,
    overwrite: bool,
    as_json: bool,
) -> None:
    """Add the noise NAME to images, and write them as gray PNG files.

    Every PATH is an image or a folder of images; "-" is an image on standard input. The names of
    the files stay; their ending becomes .png. An image on standard input becomes stdin.png. The
    noise depends on the seed and the image only.

    \b
    Examples:
      skmnist noise fog photos/ --severity 3 --output foggy
      skmnist noise gaussian_noise digit.png --seed 7
    """
    from skmnist._utils import atomic_write, import_optional

    pillow = import_optional("PIL.Image", purpose="skmnist noise", extra="cli")
    transformer = make_noise(name, severity, value_range=(0, 255), random_state=seed)
    Path(output).mkdir(parents=True, exist_ok=True)
    written: set[Path] = set()
    for image in each_image(ctx, paths):
        stem = "stdin" if image.file == "-" else Path(image.file).stem
        path = Path(output, f"{stem}-{image.page}.png" if image.page else f"{stem}.png")
        shown = click.format_filename(path)
        if path in written:
            fail(ctx, image, f"{shown} was written for another image; pass another --output")
        elif path.exists() and not overwrite:
            fail(ctx, image, f"{shown} exists; pass --overwrite")
        else:
            noisy = transformer.fit_transform(image.pixels[None])[0]
            with atomic_write(path) as temporary:
                pillow.fromarray(noisy).save(temporary, format="PNG")
            written.add(path)
            if as_json:
                _options.print_json(file=image.file, page=image.page, written=path)
            else:
                click.echo(shown)
    ctx.exit(ctx.obj or 0)
