"""What every source hands over: schools, figures in long form, links and problems."""

from __future__ import annotations

import polars as pl

from commonroom.tables import Column, Table

SCHOOLS = Table(
    "schools",
    "One row per school number that a source uses (England: the URN).",
    ("school",),
    (
        Column("school", pl.String, "The source's own number for the school"),
        Column("name", pl.String, "Name of the school"),
        Column("authority_code", pl.String, "Code of the authority, district or consortium"),
        Column("authority", pl.String, "Name of the authority, district or consortium"),
        Column("region", pl.String, "Region"),
        Column("kind", pl.String, "mainstream, special, independent, alternative or college"),
        Column("type", pl.String, "Type of school as the source says it"),
        Column("admissions", pl.String, "selective, non-selective or empty"),
        Column("gender", pl.String, "mixed, girls, boys or empty"),
        Column("easting", pl.Float64, "East coordinate", "metres"),
        Column("northing", pl.Float64, "North coordinate", "metres"),
        Column("opened", pl.Date, "Date opened, where known"),
        Column("closed", pl.Date, "Date closed, where known"),
        Column("release", pl.String, "The publication the row comes from"),
    ),
)

FIGURES = Table(
    "figures",
    "One published figure: a school, a year, a phase and a variable (a measure or a context variable).",
    ("school", "year", "phase", "variable"),
    (
        Column("school", pl.String, "The source's own number for the school"),
        Column("year", pl.Int32, "Calendar year in which the school year ends", "year"),
        Column("phase", pl.String, "primary, secondary, or all for the school as a whole"),
        Column("variable", pl.String, "Name of a measure or of a context variable"),
        Column("value", pl.Float64, "The figure; empty when there is none"),
        Column("cohort", pl.Float64, "Pupils the figure is about, where published", "pupils"),
        Column("missing", pl.String, "Why there is no figure (suppressed, not entered ...)"),
        Column("release", pl.String, "The publication the row comes from"),
    ),
)

LINKS = Table(
    "links",
    "One statement that a school number continues another.",
    (),
    (
        Column("school", pl.String, "A school number"),
        Column("linked", pl.String, "The number it is linked to"),
        Column("link", pl.String, "predecessor or successor: what `linked` is to `school`"),
        Column("kind", pl.String, "one-to-one, merged, amalgamated, split or other, as published"),
        Column("date", pl.Date, "Date of the link, where published"),
        Column("release", pl.String, "The publication the row comes from"),
    ),
)

PROBLEMS = Table(
    "problems",
    "One thing found wrong in the data, with its place and its remedy.",
    (),
    (
        Column("file", pl.String, "File or release"),
        Column("row", pl.Int64, "Row in the file, from 1 for the first data row; empty if it is the file"),
        Column("column", pl.String, "Column in the file"),
        Column("school", pl.String, "School number, where known"),
        Column("what", pl.String, "What is wrong, in one sentence"),
        Column("remedy", pl.String, "What to do, or what was done"),
        Column("left_out", pl.Int64, "Figures left out because of it", "figures"),
    ),
)
