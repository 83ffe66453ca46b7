//! The server against whoever is on the same machine, or in the same browser.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};

use super::guests::CONNECTIONS;
use super::*;

struct Echo;

impl Answers for Echo {
    fn open(&self, request: &Request) -> Option<Reply> {
        (request.path == "/").then(|| Reply::page("<!doctype html>".into(), "default-src 'none'"))
    }

    fn answer(&self, request: &Request) -> Reply {
        if request.path == "/panic" {
            panic!("a fault");
        }
        Reply::json(&(&request.path, request.query.get("q"), request.body.len(), request.method == Method::Post))
    }
}

fn server() -> Server {
    Server::start(Listen::default(), Arc::new(Echo)).unwrap()
}

/// What the server says to these bytes, until it closes or the answer is whole.
fn say(to: SocketAddr, bytes: &[u8]) -> (u16, String) {
    let stream = TcpStream::connect(to).unwrap();
    // A server that closes early may not read all.
    drop((&stream).write_all(bytes));
    heard(&stream)
}

fn heard(stream: &TcpStream) -> (u16, String) {
    let mut reader = BufReader::new(stream);
    let mut text = String::new();
    let mut length = 0;
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            break;
        }
        if let Some(digits) = line.strip_prefix("Content-Length: ") {
            length = digits.trim().parse().unwrap();
        }
        text.push_str(&line);
        if line == "\r\n" {
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            text.push_str(&String::from_utf8(body).unwrap());
            break;
        }
    }
    (text.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or(0), text)
}

fn get(server: &Server, target: &str) -> (u16, String) {
    say(server.address(), format!("GET {target} HTTP/1.1\r\nHost: localhost:{}\r\n\r\n", server.address().port()).as_bytes())
}

fn with_token(server: &Server, path: &str) -> String {
    format!("{path}{}token={}", if path.contains('?') { '&' } else { '?' }, server.token().text())
}

#[test]
fn the_token_opens_and_nothing_else_does() {
    let server = server();
    assert!(server.address().ip().is_loopback());
    assert_eq!(server.idle(), None);
    for target in ["/live", "/live?token=", "/live?token=0123456789abcdef0123456789abcdef", "/live?Token=x", "/panic"] {
        let (status, text) = get(&server, target);
        assert_eq!(status, 403, "{target}");
        assert!(!text.contains("Access-Control") && !text.contains(server.token().text()), "{text}");
    }
    assert_eq!(server.idle(), None, "whoever is refused does not keep the engine alive");
    let (status, text) = get(&server, &with_token(&server, "/live?q=a%20b"));
    assert_eq!(status, 200);
    assert!(text.contains("Access-Control-Allow-Origin: *\r\n") && text.ends_with(r#"["/live","a b",0,false]"#), "{text}");
    assert!(text.contains("Cache-Control: no-store") && text.contains("nosniff"));
    assert!(server.idle().is_some());
    // The empty page of a dashboard is anybody's, and may not be read across origins.
    let (status, text) = get(&server, "/");
    assert!(status == 200 && text.contains("Content-Security-Policy: default-src 'none'") && !text.contains("Access-Control"));
}

#[test]
fn names_that_are_not_of_this_machine_are_refused() {
    let server = server();
    let ask = |host: &str| {
        let target = with_token(&server, "/live");
        say(server.address(), format!("GET {target} HTTP/1.1\r\n{host}\r\n").as_bytes()).0
    };
    for host in
        ["Host: evil.example\r\n", "Host: 127.0.0.1.evil.example\r\n", "Host: localhost.evil.example:80\r\n", "Host: \r\n"]
    {
        assert_eq!(ask(host), 403, "{host}");
    }
    assert_eq!(ask(""), 400);
    assert_eq!(ask("Host: localhost\r\nHost: evil.example\r\n"), 400);
    for host in ["Host: 127.0.0.1:8000\r\n", "Host: LOCALHOST\r\n", "Host: [::1]:1\r\n"] {
        assert_eq!(ask(host), 200, "{host}");
    }
    assert_eq!(ask("Host: hub.example\r\nX-ProxyContextPath: /user/ada/proxy/1\r\n"), 200);
}

/// A page of another site whose name was turned to this machine may send any header, those of Jupyter's proxy, too.
#[test]
fn a_page_that_says_it_came_by_a_proxy_learns_nothing_without_the_token() {
    let server = server();
    let ask = |method: &str, target: &str| {
        let head = format!(
            "{method} {target} HTTP/1.1\r\nHost: evil.example:{}\r\nOrigin: http://evil.example\r\nX-ProxyContextPath: /\r\n\r\n",
            server.address().port()
        );
        say(server.address(), head.as_bytes())
    };
    for (method, target) in [("GET", "/live"), ("GET", "/board?database=d&folder=f"), ("GET", "/places"), ("POST", "/selection")]
    {
        for target in [target.to_owned(), format!("{target}?token={}", "0".repeat(32))] {
            let (status, text) = ask(method, &target);
            assert_eq!(status, 403, "{method} {target}: {text}");
            assert!(!text.contains("Access-Control") && !text.contains(server.token().text()), "{text}");
        }
    }
    assert_eq!(server.idle(), None, "nor does it keep the engine alive");
    let (status, text) = ask("GET", "/");
    assert!(status == 200 && text.ends_with("<!doctype html>"), "what anybody may have has nothing of the data: {text}");
}

#[test]
fn pages_of_other_sites_may_send_and_read_nothing() {
    let server = server();
    let ask = |method: &str, target: &str, more: &str| {
        let head = format!("{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nOrigin: https://evil.example\r\n{more}\r\n");
        say(server.address(), head.as_bytes())
    };
    // What a browser sends without asking first: a link, an image, a form.
    let form = "Content-Type: text/plain\r\nContent-Length: 0\r\n";
    for (method, target, more) in [("GET", "/live", ""), ("GET", "/board?database=d&folder=f", ""), ("POST", "/selection", form)]
    {
        let (status, text) = ask(method, target, more);
        assert!(status == 403 && !text.contains("Access-Control"), "{method} {target}: {text}");
    }
    // And when it asks first whether it may send more: it may not.
    let target = with_token(&server, "/selection");
    let (status, text) =
        ask("OPTIONS", &target, "Access-Control-Request-Method: POST\r\nAccess-Control-Request-Headers: x-mine\r\n");
    assert!(status == 400 && !text.contains("Access-Control"), "{text}");
    assert_eq!(server.idle(), None);
    // The page itself may not be shown in a frame of theirs.
    let (_, text) = get(&server, "/");
    assert!(text.contains("X-Frame-Options: SAMEORIGIN"), "{text}");
}

#[test]
fn paths_are_names_and_no_way_to_files() {
    let server = server();
    for path in ["/../../etc/passwd", "/..%2f..%2fetc%2fpasswd", "//etc/passwd", "/%00", "/live/../../x"] {
        let (status, text) = get(&server, &with_token(&server, path));
        assert!(status == 200 && text.ends_with(&format!("[\"{path}\",null,0,false]")), "{text}");
    }
    for line in
        ["GET http://127.0.0.1/live HTTP/1.1", "GET live HTTP/1.1", "CONNECT evil.example:443 HTTP/1.1", "OPTIONS * HTTP/1.1"]
    {
        assert_eq!(say(server.address(), format!("{line}\r\nHost: localhost\r\n\r\n").as_bytes()).0, 400, "{line}");
    }
    for method in ["PUT", "DELETE", "PATCH", "HEAD", "TRACE", "OPTIONS"] {
        let target = with_token(&server, "/live");
        assert_eq!(say(server.address(), format!("{method} {target} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes()).0, 400);
    }
}

#[test]
fn giant_requests_are_refused() {
    let server = server();
    let head = |more: &str| format!("GET {} HTTP/1.1\r\nHost: localhost\r\n{more}", with_token(&server, "/live"));
    assert_eq!(say(server.address(), head(&format!("X: {}\r\n\r\n", "x".repeat(40 << 10))).as_bytes()).0, 431);
    assert_eq!(say(server.address(), format!("GET /{} ", "x".repeat(1 << 20)).as_bytes()).0, 431);
    assert_eq!(say(server.address(), head(&format!("{}\r\n", "X: y\r\n".repeat(100))).as_bytes()).0, 400);
    let post = |length: &str| {
        let target = with_token(&server, "/selection");
        say(server.address(), format!("POST {target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\n\r\n").as_bytes())
            .0
    };
    assert_eq!(post("99999999"), 413);
    for length in ["-1", "1e3", "", "99999999999999999999999", "+5"] {
        assert_eq!(post(length), 400, "{length}");
    }
    let chunked = head("Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n");
    assert_eq!(say(server.address(), chunked.as_bytes()).0, 400);
    assert_eq!(say(server.address(), head("Content-Length: 3\r\nContent-Length: 4\r\n\r\nabcd").as_bytes()).0, 400);
    assert_eq!(say(server.address(), b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03").0, 400);
}

#[test]
fn slow_requests_are_ended() {
    let server = server();
    let stream = TcpStream::connect(server.address()).unwrap();
    (&stream).write_all(b"GET /live HTTP/1.1\r\nHost: local").unwrap();
    assert_eq!(heard(&stream).0, 408);
    let stream = TcpStream::connect(server.address()).unwrap();
    let target = with_token(&server, "/selection");
    (&stream)
        .write_all(format!("POST {target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 10\r\n\r\nhalf").as_bytes())
        .unwrap();
    assert_eq!(heard(&stream).0, 408);
}

#[test]
fn whoever_only_holds_connections_open_keeps_no_page_out() {
    let server = server();
    let page = TcpStream::connect(server.address()).unwrap();
    let ask = || {
        let target = with_token(&server, "/live");
        (&page).write_all(format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes()).unwrap();
        heard(&page).0
    };
    assert_eq!(ask(), 200);
    // Some say nothing, some the beginning of a request, some have been refused.
    let crowd: Vec<TcpStream> = (0..2 * CONNECTIONS)
        .map(|n| {
            let stream = TcpStream::connect(server.address()).unwrap();
            (&stream).write_all([&b""[..], b"GET /live", b"GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n"][n % 3]).unwrap();
            stream
        })
        .collect();
    assert_eq!(get(&server, &with_token(&server, "/live")).0, 200);
    assert_eq!(ask(), 200, "who has shown the token stays connected");
    drop(crowd);
}

#[test]
fn many_pages_are_turned_away_and_come_back() {
    let server = server();
    let page = |_| {
        let stream = TcpStream::connect(server.address()).unwrap();
        let target = with_token(&server, "/live");
        (&stream).write_all(format!("GET {target} HTTP/1.1\r\nHost: localhost\r\n\r\n").as_bytes()).unwrap();
        assert_eq!(heard(&stream).0, 200);
        stream
    };
    let pages: Vec<TcpStream> = (0..CONNECTIONS).map(page).collect();
    assert_eq!(get(&server, &with_token(&server, "/live")).0, 503);
    drop(pages);
    let again = (0..1000).any(|_| {
        std::thread::yield_now();
        get(&server, &with_token(&server, "/live")).0 == 200
    });
    assert!(again);
}

#[test]
fn one_connection_serves_request_after_request_and_a_fault_ends_only_its_own() {
    let server = server();
    let stream = TcpStream::connect(server.address()).unwrap();
    let target = with_token(&server, "/selection?q=1");
    let post = format!("POST {target} HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbody");
    // Both at once, and the last in two pieces.
    (&stream).write_all(format!("{post}{}", &post[..30]).as_bytes()).unwrap();
    let first = heard(&stream);
    assert!(first.0 == 200 && first.1.ends_with(r#"["/selection","1",4,true]"#), "{first:?}");
    (&stream).write_all(&post.as_bytes()[30..]).unwrap();
    assert_eq!(heard(&stream).0, 200);
    let (status, _) = get(&server, &with_token(&server, "/panic"));
    assert_eq!(status, 0);
    assert_eq!(get(&server, &with_token(&server, "/live")).0, 200);
}

#[test]
fn the_token_of_another_engine_opens_nothing() {
    let (one, other) = (server(), server());
    assert_ne!(one.address(), other.address());
    let theirs = format!("/live?token={}", other.token().text());
    assert_eq!(get(&one, &theirs).0, 403);
    assert_eq!(get(&other, &theirs).0, 200);
}
