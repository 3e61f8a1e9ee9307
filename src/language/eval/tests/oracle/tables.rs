//! Tables of expressions: every row with every column, as `tables.txt` writes them.

use crate::matrix::{FILES, cell};
use crate::site::{evaluator, value_and_type};
use crate::terraform::{PANIC, ask, here, present, recording};
use drform_eval::Evaluator;
use std::collections::BTreeMap;
use std::fmt::Write;

/// One table: an expression with `①` and `②` in it, what stands for the first, what stands for the second.
struct Table {
    expression: &'static str,
    rows: Vec<&'static str>,
    columns: Vec<&'static str>,
}

impl Table {
    fn expressions(&self) -> Vec<String> {
        let of_row = |row: &&str| {
            let with_row = self.expression.replace('①', row);
            self.columns.iter().map(move |column| with_row.replace('②', column))
        };
        self.rows.iter().flat_map(of_row).collect()
    }
}

fn tables() -> Vec<Table> {
    let mut lists: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut tables = Vec::new();
    for line in include_str!("tables.txt").lines().filter(|line| !line.is_empty() && !line.starts_with('%')) {
        let words = |text: &'static str| -> Vec<&'static str> { text.split('¦').map(str::trim).collect() };
        match line.split_once(" = ") {
            Some((name, all)) if name.starts_with('$') => {
                lists.insert(name, words(all));
            }
            _ => {
                let parts = words(line);
                let [expression, rows, columns] = parts[..] else { panic!("three parts: {line}") };
                tables.push(Table { expression, rows: lists[rows].clone(), columns: lists[columns].clone() });
            }
        }
    }
    tables
}

/// By table and row the answers, and the columns that have them.
fn written(tables: &[Table], answers: &[String]) -> String {
    let mut text = String::from("% Answers of terraform 1.11.4: table, row, then numbers of columns = answer.\n");
    let mut answers = answers.iter();
    for (number, table) in tables.iter().enumerate() {
        writeln!(text, "{number} {}", table.expression).unwrap();
        for row in &table.rows {
            writeln!(text, " {row}").unwrap();
            let mut columns: BTreeMap<&str, Vec<String>> = BTreeMap::new();
            for (number, answer) in (0..table.columns.len()).zip(answers.by_ref()) {
                columns.entry(answer).or_default().push(number.to_string());
            }
            for (answer, numbers) in columns {
                writeln!(text, "  {} = {answer}", numbers.join(" ")).unwrap();
            }
        }
    }
    text
}

/// The answers in the order of the expressions.
fn read(tables: &[Table], text: &str) -> Vec<String> {
    let mut recorded: BTreeMap<(usize, &str, usize), &str> = BTreeMap::new();
    let (mut table, mut row) = (0, "");
    for line in text.lines().filter(|line| !line.starts_with('%')) {
        if let Some(answer) = line.strip_prefix("  ") {
            let (numbers, answer) = answer.split_once(" = ").unwrap();
            for number in numbers.split(' ') {
                recorded.insert((table, row, number.parse().unwrap()), answer);
            }
        } else if let Some(name) = line.strip_prefix(' ') {
            row = name;
        } else {
            table = line.split_once(' ').unwrap().0.parse().unwrap();
        }
    }
    let cells = tables.iter().enumerate().flat_map(|(number, table)| {
        let rows = table.rows.iter();
        rows.flat_map(move |row| (0..table.columns.len()).map(move |column| (number, *row, column)))
    });
    cells.map(|key| recorded.get(&key).map_or_else(|| format!("not recorded: {key:?}"), ToString::to_string)).collect()
}

/// Expressions that we answer otherwise, and why: parts of them, and the reason.
fn differs(text: &str) -> bool {
    let rows = include_str!("table_differences.txt").lines().filter(|line| !line.starts_with('%'));
    let mut parts = rows.map(|line| line.split_once(" : ").expect("a reason").0);
    parts.any(|part| part.split('…').all(|piece| text.contains(piece)))
}

fn ours(evaluator: &Evaluator, text: &str) -> String {
    let (value, ty) = value_and_type(evaluator, text);
    cell(&value, &ty)
}

#[test]
fn tables_of_expressions_answer_as_terraforms_do() {
    let path = here().join("recorded/tables.txt");
    let tables = tables();
    let expressions: Vec<String> = tables.iter().flat_map(Table::expressions).collect();
    if recording() && present() {
        let both: Vec<String> = expressions.iter().flat_map(|e| [e.clone(), format!("type({e})")]).collect();
        let answers: Vec<String> = ask(FILES, &both).chunks(2).map(|pair| cell(&pair[0], &pair[1])).collect();
        std::fs::write(&path, written(&tables, &answers)).unwrap();
    }
    let recorded = read(&tables, &std::fs::read_to_string(&path).unwrap());
    let evaluator = evaluator(FILES);
    let mut wrong = Vec::new();
    for (text, want) in expressions.iter().zip(&recorded) {
        let have = ours(&evaluator, text);
        if have != *want && want != PANIC && !differs(text) {
            wrong.push(format!("{text}\n  want {want}\n  have {have}"));
        }
    }
    assert!(wrong.is_empty(), "{} of {} wrong:\n{}", wrong.len(), expressions.len(), wrong.join("\n"));
}
