//! [`Client`]: a keep-alive TCP connection that costs less than an HTTP library and sends exactly the given bytes.
//! [`fill`] creates connections by the million.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::thread;

/// The organisation in [`HEADERS`].
pub const IMS_ORG: &str = "BENCH@AdobeOrg";

/// The sandbox in [`HEADERS`].
pub const SANDBOX: &str = "prod";

/// The headers of every request. The sandbox comes last, because [`request_in`] replaces it.
pub const HEADERS: [(&str, &str); 5] = [
    ("Authorization", "Bearer token"),
    ("x-api-key", "key"),
    ("x-gw-ims-org-id", IMS_ORG),
    ("Content-Type", "application/json"),
    (SANDBOX_HEADER, SANDBOX),
];

const SANDBOX_HEADER: &str = "x-sandbox-name";

/// The number of TCP connections over which [`fill`] sends.
const FILLERS: usize = 4;

/// The number of requests that [`fill`] sends on each TCP connection before it reads the answers.
const BATCH: usize = 50;

/// A keep-alive TCP connection.
pub struct Client(BufReader<TcpStream>);

impl Client {
    /// Connects to `address`, a host and a port.
    pub fn connect(address: &str) -> io::Result<Self> {
        let stream = TcpStream::connect(address)?;
        stream.set_nodelay(true)?;
        Ok(Self(BufReader::new(stream)))
    }

    /// Sends one or more requests, byte for byte.
    pub fn send(&mut self, requests: &str) -> io::Result<()> {
        self.0.get_mut().write_all(requests.as_bytes())
    }

    /// Reads the next answer and returns its body.
    ///
    /// # Errors
    /// If reading fails, or the status is not the expected one.
    pub fn answer(&mut self, status: u16) -> io::Result<Vec<u8>> {
        let answer = self.read()?;
        if answer.status == status {
            return Ok(answer.body);
        }
        Err(io::Error::other(format!(
            "expected {status}, got {}: {}",
            answer.status,
            String::from_utf8_lossy(&answer.body)
        )))
    }

    /// Reads the next answer, whatever its status.
    ///
    /// # Errors
    /// If the connection fails or ends before the answer is complete.
    pub fn read(&mut self) -> io::Result<Answer> {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if self.0.read_line(&mut head)? == 0 {
                return Err(io::Error::other(format!("the server closed the connection after {head:?}")));
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

/// The status and the body of an answer.
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
}

/// The text of a request with [`HEADERS`] and `more_headers`.
pub fn request(method: &str, path: &str, more_headers: &[(&str, &str)], body: Option<&str>) -> String {
    request_in(SANDBOX, method, path, more_headers, body)
}

/// The text of a request like that of [`request`], in the sandbox `sandbox`.
pub fn request_in(
    sandbox: &str, method: &str, path: &str, more_headers: &[(&str, &str)], body: Option<&str>,
) -> String {
    let [common @ .., _] = &HEADERS;
    let mut request = format!("{method} {path} HTTP/1.1\r\nHost: localhost\r\n");
    for (name, value) in common.iter().chain([&(SANDBOX_HEADER, sandbox)]).chain(more_headers) {
        request.extend([name, ": ", value, "\r\n"]);
    }
    if let Some(body) = body {
        request.push_str(&format!("Content-Length: {}\r\n", body.len()));
    }
    request.push_str("\r\n");
    request + body.unwrap_or_default()
}

/// Sends the requests `creation(0)` to `creation(count - 1)` and returns the bodies of the answers, in no particular
/// order.
///
/// # Errors
/// If an answer is not a 201.
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
