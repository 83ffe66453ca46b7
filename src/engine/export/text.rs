//! CSV and JSON.

use std::io::{Error, Result, Write};

use serde_json::Value as Json_;

use super::{Cells, Column, Sink};

/// Comma-separated values; a missing one is empty, as an empty text is.
pub(super) struct Csv<W: Write> {
    writer: csv::Writer<W>,
    begun: bool,
}

impl<W: Write> Csv<W> {
    pub(super) fn new(to: W) -> Csv<W> {
        Csv { writer: csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(to), begun: false }
    }
}

impl<W: Write> Sink for Csv<W> {
    fn write(&mut self, frame: &[Column]) -> Result<()> {
        if !std::mem::replace(&mut self.begun, true) {
            self.writer.write_record(frame.iter().map(|column| &column.name)).map_err(io)?;
        }
        for row in 0..frame.first().map_or(0, |column| column.cells.len()) {
            for column in frame {
                self.writer.write_field(text(&column.cells, row)).map_err(io)?;
            }
            self.writer.write_record(None::<&[u8]>).map_err(io)?;
        }
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        self.writer.flush()
    }
}

/// What the file or pipe said.
fn io(error: csv::Error) -> Error {
    match error.into_kind() {
        csv::ErrorKind::Io(error) => error,
        other => Error::other(format!("{other:?}")),
    }
}

fn text(cells: &Cells, row: usize) -> String {
    match cells {
        Cells::Text(cells) => cells[row].clone().unwrap_or_default(),
        Cells::Int(cells) => cells[row].map(|int| int.to_string()).unwrap_or_default(),
        Cells::Float(cells) => cells[row].map(|float| float.to_string()).unwrap_or_default(),
        Cells::Bool(cells) => cells[row].map(|bool| bool.to_string()).unwrap_or_default(),
        Cells::Time(cells) => cells[row].map(moment).unwrap_or_default(),
    }
}

/// `2026-11-22T14:02:07.000Z`.
fn moment(millis: i64) -> String {
    jiff::Timestamp::from_millisecond(millis).map_or_else(|_| millis.to_string(), |moment| format!("{moment:.3}"))
}

/// Objects: in an array, or one a line. A missing value is null.
pub(super) struct Json<W: Write> {
    to: W,
    array: bool,
    begun: bool,
}

impl<W: Write> Json<W> {
    pub(super) fn array(to: W) -> Json<W> {
        Json { to, array: true, begun: false }
    }

    pub(super) fn lines(to: W) -> Json<W> {
        Json { to, array: false, begun: false }
    }
}

impl<W: Write> Sink for Json<W> {
    fn write(&mut self, frame: &[Column]) -> Result<()> {
        for row in 0..frame.first().map_or(0, |column| column.cells.len()) {
            let object: serde_json::Map<String, Json_> =
                frame.iter().map(|column| (column.name.clone(), value(&column.cells, row))).collect();
            let before = match (self.array, std::mem::replace(&mut self.begun, true)) {
                (true, false) => "[\n",
                (true, true) => ",\n",
                (false, false) => "",
                (false, true) => "\n",
            };
            self.to.write_all(before.as_bytes())?;
            serde_json::to_writer(&mut self.to, &object)?;
        }
        Ok(())
    }

    fn end(&mut self) -> Result<()> {
        let end: &[u8] = match (self.array, self.begun) {
            (true, false) => b"[]\n",
            (true, true) => b"\n]\n",
            (false, true) => b"\n",
            (false, false) => b"",
        };
        self.to.write_all(end)?;
        self.to.flush()
    }
}

fn value(cells: &Cells, row: usize) -> Json_ {
    match cells {
        Cells::Text(cells) => cells[row].clone().into(),
        Cells::Int(cells) => cells[row].into(),
        Cells::Float(cells) => match cells[row] {
            Some(float) if !float.is_finite() => float.to_string().into(),
            float => float.into(),
        },
        Cells::Bool(cells) => cells[row].into(),
        Cells::Time(cells) => cells[row].map(moment).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn frame() -> Vec<Column> {
        let column = |name: &str, cells| Column { name: name.into(), cells };
        vec![
            column("a,b", Cells::Text(vec![Some("x \"y\"\nz".into()), None])),
            column("n", Cells::Int(vec![Some(i64::MIN), None])),
            column("v", Cells::Float(vec![Some(f64::NAN), Some(0.1)])),
            column("t", Cells::Time(vec![Some(1_795_356_127_000), None])),
            column("on", Cells::Bool(vec![None, Some(true)])),
        ]
    }

    #[test]
    fn csv_quotes_what_it_must() {
        let mut bytes = Vec::new();
        let mut csv = Csv::new(&mut bytes);
        csv.write(&frame()).unwrap();
        csv.write(&frame()).unwrap();
        csv.end().unwrap();
        drop(csv);
        let text = String::from_utf8(bytes).unwrap();
        let row = "\"x \"\"y\"\"\nz\",-9223372036854775808,NaN,2026-11-22T14:02:07.000Z,\r\n,,0.1,,true\r\n";
        assert_eq!(text, format!("\"a,b\",n,v,t,on\r\n{row}{row}"));
    }

    #[test]
    fn json_is_json_with_and_without_rows() {
        for rows in 0..3 {
            let (mut array, mut lines) = (Vec::new(), Vec::new());
            let mut both: [Box<dyn Sink>; 2] = [Box::new(Json::array(&mut array)), Box::new(Json::lines(&mut lines))];
            for sink in &mut both {
                (0..rows).for_each(|_| sink.write(&frame()).unwrap());
                sink.end().unwrap();
            }
            drop(both);
            let whole: Vec<Json_> = serde_json::from_slice(&array).unwrap();
            let each: Vec<Json_> = lines
                .split(|byte| *byte == b'\n')
                .filter(|line| !line.is_empty())
                .map(|line| serde_json::from_slice(line).unwrap())
                .collect();
            assert_eq!((whole.len(), &whole), (2 * rows, &each));
            if let Some(first) = whole.first() {
                assert_eq!((&first["v"], &first["on"], &first["n"]), (&"NaN".into(), &Json_::Null, &i64::MIN.into()));
            }
        }
    }
}
