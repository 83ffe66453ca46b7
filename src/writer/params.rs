//! Hyperparameters: any value that serde can say, as names and values. What is nested gets a dotted name.

use std::fmt::{self, Display};

use serde::ser::{self, Serialize};

use crate::model::Value;

/// The parameters that `value` comes to, under `name` (`""` for the root: its fields have names of their own).
pub(super) fn flatten(name: &str, value: &impl Serialize) -> Result<Vec<(String, Value)>, Mistake> {
    let mut all = Vec::new();
    spread(name.to_owned(), value.serialize(Shape)?, &mut all);
    Ok(all)
}

/// Why a value is no parameter, in the words of its `Serialize`.
#[derive(Debug)]
pub(super) struct Mistake(String);

impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Mistake {}

impl ser::Error for Mistake {
    fn custom<T: Display>(message: T) -> Mistake {
        Mistake(message.to_string())
    }
}

/// A value as serde sees it.
enum Node {
    Leaf(Value),
    List(Vec<Node>),
    Fields(Vec<(String, Node)>),
}

fn spread(name: String, node: Node, all: &mut Vec<(String, Value)>) {
    let under = |part: &str| if name.is_empty() { part.to_owned() } else { format!("{name}.{part}") };
    match node {
        Node::Fields(fields) => fields.into_iter().for_each(|(field, node)| spread(under(&field), node, all)),
        Node::List(nodes) => match leaves(nodes) {
            Ok(values) => all.push((name, Value::List(values))),
            Err(nodes) => nodes.into_iter().enumerate().for_each(|(i, node)| spread(under(&i.to_string()), node, all)),
        },
        Node::Leaf(value) => all.push((name, value)),
    }
}

/// The values of a list that has no fields in it.
fn leaves(nodes: Vec<Node>) -> Result<Vec<Value>, Vec<Node>> {
    fn flat(node: &Node) -> bool {
        match node {
            Node::Leaf(_) => true,
            Node::List(nodes) => nodes.iter().all(flat),
            Node::Fields(_) => false,
        }
    }
    fn value(node: Node) -> Value {
        match node {
            Node::Leaf(value) => value,
            Node::List(nodes) => Value::List(nodes.into_iter().map(value).collect()),
            Node::Fields(_) => Value::Null,
        }
    }
    if nodes.iter().all(flat) { Ok(nodes.into_iter().map(value).collect()) } else { Err(nodes) }
}

/// Gives the shape of a value.
struct Shape;

/// A shape that is being put together, and the variant that it is of, if it is.
struct Parts {
    variant: Option<&'static str>,
    key: String,
    fields: Vec<(String, Node)>,
    list: Vec<Node>,
}

impl Parts {
    fn new(variant: Option<&'static str>) -> Parts {
        Parts { variant, key: String::new(), fields: Vec::new(), list: Vec::new() }
    }

    fn of_variant(variant: Option<&'static str>, node: Node) -> Node {
        match variant {
            Some(variant) => Node::Fields(vec![(variant.to_owned(), node)]),
            None => node,
        }
    }

    fn item<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Mistake> {
        self.list.push(value.serialize(Shape)?);
        Ok(())
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Mistake> {
        self.fields.push((name.to_owned(), value.serialize(Shape)?));
        Ok(())
    }

    fn list(self) -> Result<Node, Mistake> {
        Ok(Parts::of_variant(self.variant, Node::List(self.list)))
    }

    fn fields(self) -> Result<Node, Mistake> {
        Ok(Parts::of_variant(self.variant, Node::Fields(self.fields)))
    }
}

macro_rules! leaf {
    ($($method:ident($type:ty)),* $(,)?) => {
        $(fn $method(self, value: $type) -> Result<Node, Mistake> {
            Ok(Node::Leaf(Value::from(value)))
        })*
    };
}

impl ser::Serializer for Shape {
    type Ok = Node;
    type Error = Mistake;
    type SerializeSeq = Parts;
    type SerializeTuple = Parts;
    type SerializeTupleStruct = Parts;
    type SerializeTupleVariant = Parts;
    type SerializeMap = Parts;
    type SerializeStruct = Parts;
    type SerializeStructVariant = Parts;

    leaf!(
        serialize_bool(bool),
        serialize_i8(i8),
        serialize_i16(i16),
        serialize_i32(i32),
        serialize_i64(i64),
        serialize_u8(u8),
        serialize_u16(u16),
        serialize_u32(u32),
        serialize_u64(u64),
        serialize_f32(f32),
        serialize_f64(f64),
        serialize_str(&str),
    );

    fn serialize_i128(self, value: i128) -> Result<Node, Mistake> {
        Ok(Node::Leaf(i64::try_from(value).map_or_else(|_| Value::Decimal(value.to_string()), Value::Int)))
    }

    fn serialize_u128(self, value: u128) -> Result<Node, Mistake> {
        Ok(Node::Leaf(i64::try_from(value).map_or_else(|_| Value::Decimal(value.to_string()), Value::Int)))
    }

    fn serialize_char(self, value: char) -> Result<Node, Mistake> {
        Ok(Node::Leaf(Value::Text(value.to_string())))
    }

    fn serialize_bytes(self, value: &[u8]) -> Result<Node, Mistake> {
        Ok(Node::Leaf(Value::List(value.iter().map(|byte| Value::from(*byte)).collect())))
    }

    fn serialize_none(self) -> Result<Node, Mistake> {
        Ok(Node::Leaf(Value::Null))
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Node, Mistake> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Node, Mistake> {
        Ok(Node::Leaf(Value::Null))
    }

    fn serialize_unit_struct(self, name: &'static str) -> Result<Node, Mistake> {
        self.serialize_str(name)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Node, Mistake> {
        self.serialize_str(variant)
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, _: &'static str, value: &T) -> Result<Node, Mistake> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Node, Mistake> {
        Ok(Parts::of_variant(Some(variant), value.serialize(self)?))
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<Parts, Mistake> {
        Ok(Parts::new(None))
    }

    fn serialize_tuple(self, _: usize) -> Result<Parts, Mistake> {
        Ok(Parts::new(None))
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<Parts, Mistake> {
        Ok(Parts::new(None))
    }

    fn serialize_tuple_variant(self, _: &'static str, _: u32, variant: &'static str, _: usize) -> Result<Parts, Mistake> {
        Ok(Parts::new(Some(variant)))
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Parts, Mistake> {
        Ok(Parts::new(None))
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Parts, Mistake> {
        Ok(Parts::new(None))
    }

    fn serialize_struct_variant(self, _: &'static str, _: u32, variant: &'static str, _: usize) -> Result<Parts, Mistake> {
        Ok(Parts::new(Some(variant)))
    }
}

macro_rules! items {
    ($($trait:ident::$method:ident),* $(,)?) => {
        $(impl ser::$trait for Parts {
            type Ok = Node;
            type Error = Mistake;

            fn $method<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Mistake> {
                self.item(value)
            }

            fn end(self) -> Result<Node, Mistake> {
                self.list()
            }
        })*
    };
}

items!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field,
    SerializeTupleVariant::serialize_field,
);

macro_rules! fields {
    ($($trait:ident),* $(,)?) => {
        $(impl ser::$trait for Parts {
            type Ok = Node;
            type Error = Mistake;

            fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Mistake> {
                self.field(name, value)
            }

            fn end(self) -> Result<Node, Mistake> {
                self.fields()
            }
        })*
    };
}

fields!(SerializeStruct, SerializeStructVariant);

impl ser::SerializeMap for Parts {
    type Ok = Node;
    type Error = Mistake;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), Mistake> {
        self.key = match key.serialize(Shape)? {
            Node::Leaf(value) => value.to_string(),
            Node::List(_) | Node::Fields(_) => return Err(ser::Error::custom("the key of a map is not a plain value")),
        };
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Mistake> {
        let key = std::mem::take(&mut self.key);
        self.field(&key, value)
    }

    fn end(self) -> Result<Node, Mistake> {
        self.fields()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde::Serialize;

    use super::{Value, flatten};

    #[derive(Serialize)]
    struct Config {
        lr: f32,
        seed: u64,
        optimizer: Optimizer,
        schedule: Schedule,
        layers: Vec<u32>,
        blocks: Vec<Block>,
        note: Option<&'static str>,
        extra: BTreeMap<u8, bool>,
    }

    #[derive(Serialize)]
    enum Optimizer {
        Adam { beta: (f32, f32) },
    }

    #[derive(Serialize)]
    enum Schedule {
        Constant,
    }

    #[derive(Serialize)]
    struct Block {
        width: usize,
    }

    #[test]
    fn a_configuration_becomes_dotted_names() {
        let config = Config {
            lr: 0.001,
            seed: u64::MAX,
            optimizer: Optimizer::Adam { beta: (0.9, 0.999) },
            schedule: Schedule::Constant,
            layers: vec![64, 32],
            blocks: vec![Block { width: 1 }, Block { width: 2 }],
            note: None,
            extra: BTreeMap::from([(3, true)]),
        };
        let list = |values: &[f64]| Value::List(values.iter().map(|value| Value::Float(*value)).collect());
        let expected: Vec<(String, Value)> = [
            ("lr", Value::Float(0.001)),
            ("seed", Value::Decimal("18446744073709551615".into())),
            ("optimizer.Adam.beta", list(&[0.9, 0.999])),
            ("schedule", Value::Text("Constant".into())),
            ("layers", Value::List(vec![Value::Int(64), Value::Int(32)])),
            ("blocks.0.width", Value::Int(1)),
            ("blocks.1.width", Value::Int(2)),
            ("note", Value::Null),
            ("extra.3", Value::Bool(true)),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .into();
        assert_eq!(flatten("", &config).unwrap(), expected);
    }

    #[test]
    fn a_single_value_keeps_its_name() {
        assert_eq!(flatten("lr", &1e-3).unwrap(), [("lr".to_owned(), Value::Float(0.001))]);
        assert_eq!(flatten("big", &(u128::MAX)).unwrap()[0].1, Value::Decimal(u128::MAX.to_string()));
        assert_eq!(flatten("mode", &'x').unwrap()[0].1, Value::Text("x".into()));
        assert!(
            flatten("odd", &std::collections::HashMap::from([((1, 2), 3)])).unwrap_err().to_string().contains("key of a map")
        );
    }
}
