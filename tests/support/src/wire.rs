//! One command to a server, by the wire protocol alone: a second opinion that shares nothing with the driver but BSON.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use bson::Document;

/// The code of a message that holds a document: OP_MSG.
const MESSAGE: i32 = 2013;

/// What the server on this loopback port answers to a command, within ten seconds.
///
/// # Errors
/// If it does not answer. That it refuses is an answer: look at `ok`.
pub fn command(port: u16, database: &str, mut command: Document) -> std::io::Result<Document> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    command.insert("$db", database);
    let document = command.to_vec().map_err(std::io::Error::other)?;
    let length = i32::try_from(16 + 4 + 1 + document.len()).map_err(std::io::Error::other)?;
    let mut message: Vec<u8> = [length, 1, 0, MESSAGE, 0].iter().flat_map(|number| number.to_le_bytes()).collect();
    message.push(0);
    message.extend(document);
    stream.write_all(&message)?;

    let mut head = [0; 16 + 4 + 1];
    stream.read_exact(&mut head)?;
    let length = u32::from_le_bytes([head[0], head[1], head[2], head[3]]) as usize;
    let mut document = vec![0; length.saturating_sub(head.len())];
    stream.read_exact(&mut document)?;
    Document::from_reader(&document[..]).map_err(std::io::Error::other)
}
