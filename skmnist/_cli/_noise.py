"""``skmnist noise``: add noise to image files."""

from pathlib import Path

import click

from skmnist._cli import _options
from skmnist._cli._images import each_image


@click.command()
@click.argument("name")
@_options.paths
@click.option("--severity", type=click.IntRange(1, 5), help="Severity of the noise.")
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
@click.pass_context
def noise(
    ctx: click.Context,
    name: str,
    paths: tuple[str, ...],
    severity: int | None,
    seed: int,
    output: str,
    overwrite: bool,
) -> None:
    """Add the noise NAME to images, and write them as gray PNG files.

    Every PATH is an image or a folder of images; "-" is an image on standard input. The names of
    the files stay; their ending becomes .png. The noise depends on the seed and the image only.

    \b
    Examples:
      skmnist noise fog photos/ --severity 3 --output foggy
      skmnist noise gaussian_noise digit.png --seed 7
    """
    from PIL import Image

    from skmnist.noise import make_noise

    transformer = make_noise(name, severity, value_range=(0, 255), random_state=seed)
    Path(output).mkdir(parents=True, exist_ok=True)
    written: set[Path] = set()
    for image, file, page in each_image(ctx, paths):
        path = Path(output) / f"{Path(file).stem}{f'-{page}' if page else ''}.png"
        if path in written or (path.exists() and not overwrite):
            why = "another image has this name" if path in written else "pass --overwrite"
            click.echo(f"{file}: {path} exists; {why}", err=True)
            ctx.obj = 1
            continue
        noisy = transformer.fit_transform(image[None])[0]
        Image.fromarray(noisy).save(path)
        written.add(path)
        click.echo(path)
    ctx.exit(ctx.obj or 0)
