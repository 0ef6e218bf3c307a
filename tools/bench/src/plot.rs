//! A picture of the cost of an append against the length of its stream.

use crate::case::{Case, LENGTHS};
use crate::figures::Report;
use plotters::coord::Shift;
use plotters::drawing::{DrawingArea, DrawingAreaErrorKind};
use plotters::prelude::{
    ChartBuilder, Color, DrawingBackend, IntoDrawingArea, IntoLogRange, LineSeries, PathElement, RGBColor, SVGBackend,
    SeriesLabelPosition, WHITE,
};

/// The size of the picture in pixels.
const SIZE: (u32, u32) = (760, 440);
const GREY: RGBColor = RGBColor(120, 120, 120);
const GRID: RGBColor = RGBColor(230, 230, 230);

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub(crate) enum PlotError {
    /// Too few cases were measured.
    #[error("a plot shows appends to streams of different lengths: run append_warm_ and append_cold_ cases for it")]
    Nothing,
    /// It cannot be drawn.
    #[error("the plot cannot be drawn: {0}")]
    Drawing(String),
}

/// A line of the picture: its label, its colour, and microseconds by number of earlier events.
struct Line {
    label: &'static str,
    colour: RGBColor,
    points: Vec<(u64, u64)>,
}

/// The picture as SVG.
pub(crate) fn plot(report: &Report) -> Result<String, PlotError> {
    let lines = lines(report);
    if lines.iter().all(|line| line.points.len() < 2) {
        return Err(PlotError::Nothing);
    }
    let mut svg = String::new();
    draw(&SVGBackend::with_string(&mut svg, SIZE).into_drawing_area(), report, &lines)
        .map_err(|error| PlotError::Drawing(error.to_string()))?;
    Ok(svg)
}

fn lines(report: &Report) -> [Line; 4] {
    let points = |case: fn(u64) -> Case, raw: bool| {
        let figures = |length: u64| {
            let found = report.cases.iter().find(|figures| figures.name == case(length).to_string())?;
            Some((length, if raw { &found.raw } else { &found.ours }.p50_us.max(1)))
        };
        LENGTHS.into_iter().filter_map(figures).collect()
    };
    [
        Line { label: "warm", colour: RGBColor(0, 114, 178), points: points(Case::AppendWarm, false) },
        Line { label: "cold", colour: RGBColor(213, 94, 0), points: points(Case::AppendCold, false) },
        Line { label: "raw client, warm", colour: GREY, points: points(Case::AppendWarm, true) },
        Line { label: "raw client, cold", colour: RGBColor(60, 60, 60), points: points(Case::AppendCold, true) },
    ]
}

fn draw<B: DrawingBackend>(
    area: &DrawingArea<B, Shift>,
    report: &Report,
    lines: &[Line],
) -> Result<(), DrawingAreaErrorKind<B::ErrorType>> {
    area.fill(&WHITE)?;
    let times = || lines.iter().flat_map(|line| &line.points).map(|(_, micros)| *micros);
    let (least, most) = (times().min().unwrap_or(1), times().max().unwrap_or(1));
    let mut chart = ChartBuilder::on(area)
        .caption(format!("One append, by earlier events ({})", report.machine), ("sans-serif", 15))
        .margin(16)
        .x_label_area_size(44)
        .y_label_area_size(64)
        .build_cartesian_2d((1_u64..10_000).log_scale(), ((least / 2).max(1)..most * 2).log_scale())?;
    chart
        .configure_mesh()
        .x_desc("earlier events in the stream")
        .y_desc("median, microseconds")
        .light_line_style(WHITE)
        .bold_line_style(GRID)
        .draw()?;
    for Line { label, colour, points } in lines.iter().filter(|line| !line.points.is_empty()) {
        let colour = *colour;
        chart
            .draw_series(LineSeries::new(points.iter().copied(), colour.stroke_width(2)).point_size(3))?
            .label(*label)
            .legend(move |(x, y)| PathElement::new([(x, y), (x + 20, y)], colour.stroke_width(2)));
    }
    chart
        .configure_series_labels()
        .position(SeriesLabelPosition::UpperLeft)
        .background_style(WHITE)
        .border_style(GRID)
        .draw()?;
    area.present()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::table::tests::report;

    #[test]
    fn the_picture_has_a_line_and_a_label_for_each_series() {
        let svg = plot(&report(250)).unwrap();
        assert!(svg.starts_with("<svg") && svg.trim_end().ends_with("</svg>"));
        for label in ["warm", "cold", "raw client, warm", "raw client, cold"] {
            assert!(svg.lines().any(|line| line.trim() == label), "{label}");
        }
        assert!(svg.contains("1 x Quick"));
        for colour in ["#0072B2", "#D55E00", "#787878", "#3C3C3C"] {
            assert!(svg.contains(&format!("stroke=\"{colour}\"")), "{colour}");
        }
    }

    #[test]
    fn slower_appends_stand_higher_than_faster_ones() {
        let lines = lines(&report(250));
        let [warm, _, raw, _] = &lines;
        assert_eq!((warm.points.len(), warm.points[4], raw.points[4]), (5, (10_000, 250), (10_000, 500)));
    }

    #[test]
    fn without_appends_there_is_nothing_to_draw() {
        let mut report = report(250);
        report.cases.truncate(1);
        assert!(matches!(plot(&report), Err(PlotError::Nothing)));
    }
}
