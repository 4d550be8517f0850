//! A job's funnel as a drawing: one column per stage, a pale shape as high as how many reached it, and in it a solid
//! bar as high as how many are there now. Pure.

use std::fmt::Write as _;

use hiring::counts::StageCounts;

/// Width of a column and of its level part, and the height of the whole, in the drawing's own units.
const COLUMN: f64 = 100.0;
const LEVEL: f64 = 72.0;
const HEIGHT: f64 = 56.0;
/// The least that somebody is drawn with, so that one among thousands is seen.
const LEAST: f64 = 3.0;
/// The thread on which stages hang that nobody has reached.
const THREAD: f64 = 1.0;

/// What the template draws.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Funnel {
    /// The drawing's width; its height is 56.
    pub width: i64,
    /// Outline of the pale shape: a path. Empty when nobody has reached any stage.
    pub reached: String,
    /// The solid bars.
    pub now: Vec<Bar>,
    /// The whole drawing in words.
    pub words: String,
}

/// A rectangle.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Bar {
    pub x: f64,
    pub y: f64,
    pub width: f64,
    pub height: f64,
}

/// Draws the stages.
pub(super) fn draw(stages: &[StageCounts]) -> Funnel {
    let most = stages.iter().map(|s| s.reached).max().unwrap_or(0);
    let heights: Vec<f64> = match most {
        0 => Vec::new(),
        _ => stages
            .iter()
            .map(|s| height(s.reached, most).max(THREAD))
            .collect(),
    };
    let mut now = Vec::new();
    for (at, stage) in stages.iter().enumerate() {
        if stage.now > 0 {
            let height = height(stage.now, most);
            now.push(Bar {
                x: COLUMN * at as f64,
                y: (HEIGHT - height) / 2.0,
                width: LEVEL,
                height,
            });
        }
    }
    Funnel {
        width: (COLUMN * stages.len() as f64) as i64,
        reached: outline(&heights),
        now,
        words: words(stages),
    }
}

fn height(count: i64, most: i64) -> f64 {
    if count <= 0 || most <= 0 {
        return 0.0;
    }
    (HEIGHT * count as f64 / most as f64).max(LEAST)
}

/// Along the top from left to right and back along the bottom: level over each stage, sloping to the next one.
fn outline(heights: &[f64]) -> String {
    let mut top = Vec::new();
    for (at, height) in heights.iter().enumerate() {
        let left = COLUMN * at as f64;
        let last = at + 1 == heights.len();
        let right = left + if last { COLUMN } else { LEVEL };
        top.push((left, *height));
        top.push((right, *height));
    }
    let mut path = String::new();
    let above = top.iter().map(|(x, h)| (x, (HEIGHT - h) / 2.0));
    let below = top.iter().rev().map(|(x, h)| (x, (HEIGHT + h) / 2.0));
    for (n, (x, y)) in above.chain(below).enumerate() {
        let _ = write!(path, "{}{x} {y:.2}", if n == 0 { "M" } else { "L" });
    }
    if !path.is_empty() {
        path.push('Z');
    }
    path
}

fn words(stages: &[StageCounts]) -> String {
    let one = |s: &StageCounts| format!("{}: {} now, {} reached it", s.name, s.now, s.reached);
    stages.iter().map(one).collect::<Vec<_>>().join("; ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use hiring::id::StageId;

    fn stage(name: &str, now: i64, reached: i64) -> StageCounts {
        StageCounts {
            id: StageId(1),
            name: name.into(),
            now,
            reached,
        }
    }

    #[test]
    fn a_funnel_narrows_with_its_stages() {
        let funnel = draw(&[stage("Applied", 4, 8), stage("Offer", 0, 4)]);
        assert_eq!(funnel.width, 200);
        assert_eq!(
            funnel.reached,
            "M0 0.00L72 0.00L100 14.00L200 14.00L200 42.00L100 42.00L72 56.00L0 56.00Z"
        );
        let bar = Bar {
            x: 0.0,
            y: 14.0,
            width: 72.0,
            height: 28.0,
        };
        assert_eq!(funnel.now, [bar]);
        assert_eq!(
            funnel.words,
            "Applied: 4 now, 8 reached it; Offer: 0 now, 4 reached it"
        );
    }

    #[test]
    fn nobody_is_drawn_as_nothing_and_one_is_seen() {
        let empty = draw(&[stage("Applied", 0, 0)]);
        assert!(empty.reached.is_empty() && empty.now.is_empty());
        assert!(draw(&[]).reached.is_empty());
        let thread = draw(&[stage("Applied", 1, 1), stage("Offer", 0, 0)]).reached;
        assert!(
            thread.contains("L100 27.50L200 27.50L200 28.50"),
            "{thread}"
        );
        let few = draw(&[stage("Applied", 9_999, 10_000), stage("Offer", 1, 1)]);
        assert_eq!(few.now[1].height, LEAST);
    }
}
