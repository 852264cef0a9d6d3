//! [`Client`]: a kept-alive TCP connection to flowmock, for what HTTP libraries are too slow or too clever for; and
//! [`fill`], which creates connections by the million.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::thread;

/// The headers of every request; the sandbox comes last.
pub const HEADERS: [(&str, &str); 5] = [
    ("Authorization", "Bearer token"),
    ("x-api-key", "key"),
    ("x-gw-ims-org-id", "BENCH@AdobeOrg"),
    ("Content-Type", "application/json"),
    (SANDBOX, "prod"),
];

const SANDBOX: &str = "x-sandbox-name";

/// How many TCP connections fill a server.
const FILLERS: usize = 4;

/// How many requests each of them sends before it reads the answers.
const BATCH: usize = 50;

/// A kept-alive TCP connection.
pub struct Client(BufReader<TcpStream>);

impl Client {
    /// Connects to an address without a scheme.
    pub fn connect(address: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Sends requests as they are.
    pub fn send(&mut self, requests: &str) -> io::Result<()> {
        self.0.get_mut().write_all(requests.as_bytes())
    }

    /// The body of the next answer.
    ///
    /// # Errors
    /// If it does not come, or has another status.
    pub fn answer(&mut self, status: u16) -> io::Result<Vec<u8>> {
        let answer = self.read()?;
        if answer.status == status {
            return Ok(answer.body);
        }
        Err(io::Error::other(format!(
            "{} where {status} was due: {}",
            answer.status,
            String::from_utf8_lossy(&answer.body)
        )))
    }

    /// The next answer.
    ///
    /// # Errors
    /// If it does not come, or is cut off.
    pub fn read(&mut self) -> io::Result<Answer> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.0.read_line(&mut head)? == 0 {
                return Err(io::Error::other(format!("the server closed after {head:?}")));
            }
        }
        let length = head
            .lines()
            .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
        let mut body = vec![0; length.unwrap_or(0)];
        self.0.read_exact(&mut body)?;
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| io::Error::other(format!("no status in {head:?}")))?;
        Ok(Answer { status, body })
    }
}

/// An answer.
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

/// A request with the headers of all, and those.
pub fn request(method: &str, path: &str, more_headers: &[(&str, &str)], body: Option<&str>) -> String {
    let [.., (_, sandbox)] = HEADERS;
    request_in(sandbox, method, path, more_headers, body)
}

/// The same in another sandbox.
pub fn request_in(
    sandbox: &str, method: &str, path: &str, more_headers: &[(&str, &str)], body: Option<&str>,
) -> String {
    let [of_all @ .., _] = &HEADERS;
    let mut request = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n");
    for (name, value) in of_all.iter().chain([&(SANDBOX, sandbox)]).chain(more_headers) {
        request.extend([name, ": ", value, "\r\n"]);
    }
    if let Some(body) = body {
        request.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    request.push_str("\r\n");
    request + body.unwrap_or_default()
}

/// Sends `count` requests that create something, each by its number; answers with the bodies of the answers, in no
/// order.
///
/// # Errors
/// If one is not answered with 201.
pub fn fill(
    address: &str, count: usize, creation: impl Fn(usize) -> String + Sync,
) -> io::Result<Vec<Vec<u8>>> {
    let filler = |first: usize| -> io::Result<Vec<Vec<u8>>> {
        let mut client = Client::connect(address)?;
        let numbers: Vec<usize> = (first..count).step_by(FILLERS).collect();
        let mut answers = Vec::with_capacity(numbers.len());
        for batch in numbers.chunks(BATCH) {
            client.send(&batch.iter().map(|number| creation(*number)).collect::<String>())?;
            for _ in batch {
                answers.push(client.answer(201)?);
            }
        }
        Ok(answers)
    };
    thread::scope(|scope| {
        let fillers: Vec<_> = (0..FILLERS).map(|first| scope.spawn(move || filler(first))).collect();
        let mut answers = Vec::with_capacity(count);
        for filler in fillers {
            answers.extend(filler.join().map_err(|_| io::Error::other("a filler panicked"))??);
        }
        Ok(answers)
    })
}
