//! Identities: twelve bytes, made by the client (an ObjectId in MongoDB), written as 24 hexadecimal digits.

use std::fmt;
use std::str::FromStr;

use serde_json::Value as Json;

use crate::plain::{FromJson, Mismatch, ToJson};

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name([u8; 12]);

        impl $name {
            /// The identity with these twelve bytes.
            pub const fn from_bytes(bytes: [u8; 12]) -> $name {
                $name(bytes)
            }

            /// Its twelve bytes.
            pub const fn bytes(self) -> [u8; 12] {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }

        impl FromStr for $name {
            type Err = String;

            fn from_str(text: &str) -> Result<$name, String> {
                let wrong = || format!("`{text}` is not an identity: 24 hexadecimal digits are expected");
                if text.len() != 24 || !text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                    return Err(wrong());
                }
                let mut bytes = [0; 12];
                for (i, byte) in bytes.iter_mut().enumerate() {
                    *byte = u8::from_str_radix(&text[2 * i..2 * i + 2], 16).map_err(|_| wrong())?;
                }
                Ok($name(bytes))
            }
        }

        impl ToJson for $name {
            fn to_json(&self) -> Json {
                Json::String(self.to_string())
            }
        }

        impl FromJson for $name {
            fn from_json(json: Json) -> Result<$name, Mismatch> {
                String::from_json(json)?.parse().map_err(Mismatch::new)
            }
        }

        #[cfg(feature = "serde")]
        impl serde::Serialize for $name {
            fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        #[cfg(feature = "serde")]
        impl<'de> serde::Deserialize<'de> for $name {
            fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<$name, D::Error> {
                String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
            }
        }
    };
}

id! {
    /// Which run: the `_id` of its document.
    RunId
}
id! {
    /// Which session: one life of one writer, hence one journal. A run has one, or more after a resume or with several ranks.
    SessionId
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_bytes_are_the_same_identity() {
        let id = RunId::from_bytes([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0xab, 0xff]);
        assert_eq!(id.to_string(), "00010203040506070809abff");
        assert_eq!("00010203040506070809abff".parse(), Ok(id));
        assert!("0001".parse::<RunId>().is_err());
        assert!("+a010203040506070809abff".parse::<RunId>().is_err());
    }
}
