//! `drform graph`

use crate::arguments::{self, GraphFormat, GraphType, Variables};
use crate::shell::{Exit, Shell};
use plan::DrawingOf;

pub(crate) fn run(shell: &Shell, args: &arguments::Graph) -> Exit {
    let of = match args.kind {
        None => DrawingOf::Resources,
        Some(GraphType::Plan | GraphType::PlanRefreshOnly) => DrawingOf::Plan,
        Some(GraphType::PlanDestroy) => DrawingOf::PlanDestroy,
        Some(GraphType::Apply) => DrawingOf::Apply,
    };
    let (drawing, said) = ops::graph(&shell.reading(&args.world, &Variables::default(), 10), of);
    let exit = shell.say(&said);
    if let Some(drawing) = drawing {
        let text = match (of, args.format) {
            (DrawingOf::Resources, GraphFormat::Dot) => views::resources_dot(&drawing),
            (DrawingOf::Resources, GraphFormat::Mermaid) => views::resources_mermaid(&drawing),
            (_, GraphFormat::Dot) => views::graph_dot(&drawing),
            (_, GraphFormat::Mermaid) => views::graph_mermaid(&drawing),
        };
        shell.terminal.out(&text);
    }
    exit
}
