//! Parquet: a row group for each frame.

use std::io::{Error, Result, Write};
use std::sync::Arc;

use parquet::basic::{Compression, ConvertedType, LogicalType, Repetition, TimeUnit, Type as Physical};
use parquet::data_type::{BoolType, ByteArray, ByteArrayType, DataType, DoubleType, Int64Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::{SerializedColumnWriter, SerializedFileWriter};
use parquet::schema::types::Type;

use super::{Cells, Column, Sink};

pub(super) struct Parquet<W: Write + Send> {
    state: State<W>,
}

enum State<W: Write + Send> {
    /// The first frame says which columns there are.
    Waiting(Option<W>),
    Writing(SerializedFileWriter<W>),
}

impl<W: Write + Send> Parquet<W> {
    pub(super) fn new(to: W) -> Parquet<W> {
        Parquet { state: State::Waiting(Some(to)) }
    }

    fn writer(&mut self, frame: &[Column]) -> std::result::Result<&mut SerializedFileWriter<W>, ParquetError> {
        if let State::Waiting(to) = &mut self.state {
            let to = to.take().ok_or_else(|| ParquetError::General("it failed before".into()))?;
            let fields = frame.iter().map(|column| field(column).map(Arc::new)).collect::<std::result::Result<Vec<_>, _>>()?;
            let schema = Type::group_type_builder("ml_board").with_fields(fields).build()?;
            let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
            self.state = State::Writing(SerializedFileWriter::new(to, Arc::new(schema), Arc::new(properties))?);
        }
        match &mut self.state {
            State::Writing(writer) => Ok(writer),
            State::Waiting(_) => Err(ParquetError::General("it failed before".into())),
        }
    }

    fn frame(&mut self, frame: &[Column]) -> std::result::Result<(), ParquetError> {
        let mut group = self.writer(frame)?.next_row_group()?;
        for column in frame {
            let Some(mut writer) = group.next_column()? else { break };
            match &column.cells {
                Cells::Text(cells) => {
                    let bytes = |text: &Option<String>| text.as_deref().map(|text| ByteArray::from(text.as_bytes().to_vec()));
                    put::<ByteArrayType>(&mut writer, &cells.iter().map(bytes).collect::<Vec<_>>())?;
                }
                Cells::Int(cells) | Cells::Time(cells) => put::<Int64Type>(&mut writer, cells)?,
                Cells::Float(cells) => put::<DoubleType>(&mut writer, cells)?,
                Cells::Bool(cells) => put::<BoolType>(&mut writer, cells)?,
            }
            writer.close()?;
        }
        group.close()?;
        Ok(())
    }
}

/// The cells that are there, and where.
fn put<T: DataType>(writer: &mut SerializedColumnWriter<'_>, cells: &[Option<T::T>]) -> std::result::Result<(), ParquetError> {
    let there: Vec<i16> = cells.iter().map(|cell| i16::from(cell.is_some())).collect();
    let values: Vec<T::T> = cells.iter().flatten().cloned().collect();
    writer.typed::<T>().write_batch(&values, Some(&there), None).map(drop)
}

fn field(column: &Column) -> std::result::Result<Type, ParquetError> {
    let (physical, logical) = match column.cells {
        Cells::Text(_) => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
        Cells::Int(_) => (Physical::INT64, None),
        Cells::Float(_) => (Physical::DOUBLE, None),
        Cells::Bool(_) => (Physical::BOOLEAN, None),
        Cells::Time(_) => (Physical::INT64, Some(LogicalType::timestamp(true, TimeUnit::MILLIS))),
    };
    let builder = Type::primitive_type_builder(&column.name, physical).with_repetition(Repetition::OPTIONAL);
    builder.with_logical_type(logical).with_converted_type(ConvertedType::NONE).build()
}

impl<W: Write + Send> Sink for Parquet<W> {
    fn write(&mut self, frame: &[Column]) -> Result<()> {
        self.frame(frame).map_err(Error::other)
    }

    fn end(&mut self) -> Result<()> {
        match &mut self.state {
            State::Writing(writer) => {
                writer.finish().map_err(Error::other)?;
                writer.inner_mut().flush()
            }
            State::Waiting(_) => Ok(()),
        }
    }
}
