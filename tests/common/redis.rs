//! [`Redis`]: a Redis or Valkey server as a child process, on a free port and with a folder of its own.
//!
//! A shell starts it and kills it when its own standard input ends, so it ends with the test program, however that ends.

use super::PATIENCE;
use super::signal::send_signal;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver};
use std::sync::{LazyLock, Mutex, PoisonError};
use std::thread;
use tempfile::TempDir;

/// The programs, in the order in which they are looked for.
const PROGRAMS: [&str; 2] = ["redis-server", "valkey-server"];

/// Keeps every answered write, even if the server is killed.
pub const DURABLE: [&str; 4] = ["--appendonly", "yes", "--appendfsync", "always"];

/// Keeps nothing when the server ends.
pub const FORGETFUL: [&str; 2] = ["--appendonly", "no"];

/// Starts the server given as arguments, prints its process id, and kills it when standard input ends. Signals to the whole
/// process group, as ctrl-C sends them, end the test program first.
const GUARD: &str = r#"trap '' INT TERM HUP
"$@" </dev/null 2>&1 &
echo "pid $!"
cat >/dev/null
kill -KILL "$!" 2>/dev/null
wait "$!" 2>/dev/null"#;

/// The server that all tests of a program share, if there is one on this machine.
static SHARED: LazyLock<Option<Redis>> = LazyLock::new(|| Redis::start_with(&FORGETFUL));

/// A Redis server, which is killed on drop.
pub struct Redis {
    program: &'static str,
    folder: TempDir,
    port: u16,
    arguments: Vec<String>,
    password: Option<&'static str>,
    process: Mutex<Option<Process>>,
}

/// The shell and the server that it started.
struct Process {
    shell: Child,
    pid: u32,
}

impl Redis {
    /// The server of this test program. Its tests use different keys, and none of them stops it, so it writes nothing to the disk.
    /// `None` where no server is
    /// installed.
    pub fn shared() -> Option<&'static Self> {
        program().and(SHARED.as_ref())
    }

    /// A server of the test's own that keeps every answered write. `None` where no server is installed.
    pub fn start() -> Option<Self> {
        Self::start_with(&DURABLE)
    }

    /// A server with these arguments, in which `{port}` stands for its port. `None` where no server is installed.
    pub fn start_with(arguments: &[&str]) -> Option<Self> {
        let program = program()?;
        let folder = tempfile::tempdir().expect("a folder");
        let arguments = arguments.iter().map(|argument| (*argument).to_owned()).collect();
        let (password, process) = (None, Mutex::default());
        let mut redis = Self { program, folder, port: 0, arguments, password, process };
        for _ in 0..10 {
            redis.port =
                TcpListener::bind("127.0.0.1:0").and_then(|one| one.local_addr()).expect("a port").port();
            if redis.launch() {
                return Some(redis);
            }
        }
        panic!("{program} finds no free port");
    }

    /// A server that demands this password of everybody.
    pub fn start_with_password(password: &'static str) -> Option<Self> {
        let arguments = [DURABLE.as_slice(), &["--requirepass", password]].concat();
        let mut redis = Self::start_with(&arguments)?;
        redis.password = Some(password);
        Some(redis)
    }

    /// Starts the server; returns whether its port was free.
    fn launch(&self) -> bool {
        let mut command = Command::new("sh");
        command.args([
            "-c",
            GUARD,
            "sh",
            self.program,
            "--bind",
            "127.0.0.1",
            "--port",
            &self.port.to_string(),
        ]);
        command.args(["--save", "", "--dir"]).arg(self.folder.path());
        command
            .args(self.arguments.iter().map(|argument| argument.replace("{port}", &self.port.to_string())));
        let mut shell = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("a shell");
        let lines = lines_of(shell.stdout.take().expect("a pipe"));
        let next = || lines.recv_timeout(PATIENCE).expect("a line of the server");
        // The server may print its first lines before the shell prints the id.
        let mut log = String::new();
        let pid = loop {
            let line = next();
            match line.strip_prefix("pid ") {
                Some(pid) => break pid.trim().parse().expect("a process id"),
                None => log += &line,
            }
        };
        let mut process = Process { shell, pid };
        loop {
            if log.contains("Ready to accept connections") {
                *self.process.lock().unwrap_or_else(PoisonError::into_inner) = Some(process);
                return true;
            }
            if log.contains("Failed listening on port") || log.contains("Could not create server TCP") {
                process.end();
                return false;
            }
            assert!(!log.contains("FATAL") && !log.contains("Fatal"), "{log}");
            log += &next();
        }
    }

    /// The port, in an address on this machine.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The URL for `--state`, without a password.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}/0", self.port)
    }

    /// The URL for `--state` with the password `password` of the default user.
    pub fn url_with(&self, password: &str) -> String {
        format!("redis://default:{password}@127.0.0.1:{}/0", self.port)
    }

    /// Stops the server's time: it accepts connections, but answers nothing until [`thaw`](Self::thaw).
    pub fn freeze(&self) {
        send_signal("STOP", self.pid());
    }

    /// Ends a [`freeze`](Self::freeze).
    pub fn thaw(&self) {
        send_signal("CONT", self.pid());
    }

    /// Kills the server, and waits until it is gone.
    pub fn kill(&self) {
        if let Some(mut process) = self.process.lock().unwrap_or_else(PoisonError::into_inner).take() {
            process.end();
        }
    }

    /// Starts the server again after a [`kill`](Self::kill): with its port and its folder.
    pub fn start_again(&self) {
        assert!(self.launch(), "port {} is used by another program now", self.port);
    }

    fn pid(&self) -> u32 {
        self.process.lock().unwrap_or_else(PoisonError::into_inner).as_ref().expect("it runs").pid
    }

    /// The answer to a command; an error of the server fails the test.
    #[track_caller]
    pub fn command(&self, words: &[&str]) -> Value {
        let mut stream =
            TcpStream::connect(("127.0.0.1", self.port)).expect("the server accepts connections");
        stream.set_read_timeout(Some(PATIENCE)).expect("the timeout is valid");
        let mut answers = BufReader::new(stream.try_clone().expect("a stream"));
        let mut call = |words: &[&str]| {
            let parts: String = words.iter().map(|word| format!("${}\r\n{word}\r\n", word.len())).collect();
            stream.write_all(format!("*{}\r\n{parts}", words.len()).as_bytes()).expect("the server reads");
            reply(&mut answers)
        };
        if let Some(password) = self.password {
            call(&["AUTH", password]);
        }
        call(words)
    }
}

/// The program of a server; `None` where none is installed, and then the test says that it does nothing.
fn program() -> Option<&'static str> {
    static PROGRAM: LazyLock<Option<&str>> = LazyLock::new(|| {
        let version = |program: &&str| Command::new(program).arg("--version").stdout(Stdio::null()).status();
        PROGRAMS.into_iter().find(|program| version(program).is_ok_and(|status| status.success()))
    });
    if PROGRAM.is_none() {
        println!("skipped: neither redis-server nor valkey-server is installed");
    }
    *PROGRAM
}

impl Drop for Redis {
    fn drop(&mut self) {
        self.kill();
    }
}

impl Process {
    /// Kills the server, and waits until it is gone.
    fn end(&mut self) {
        drop(self.shell.stdin.take());
        _ = self.shell.wait();
    }
}

/// Reads a pipe line by line, to its end, in a thread of its own.
fn lines_of(pipe: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, lines) = mpsc::channel();
    thread::spawn(move || {
        for line in BufReader::new(pipe).lines().map_while(Result::ok) {
            _ = sender.send(line + "\n"); // nobody listens after the start, but a full pipe would stop the server
        }
    });
    lines
}

/// Reads one answer in Redis' protocol (RESP2).
#[track_caller]
fn reply(answers: &mut impl BufRead) -> Value {
    let mut line = String::new();
    answers.read_line(&mut line).expect("an answer");
    let (kind, rest) = line.trim_end().split_at(1);
    let number = || rest.parse::<i64>().expect("a number");
    match kind {
        "+" => rest.into(),
        ":" => number().into(),
        "$" if number() < 0 => Value::Null,
        "$" => {
            let mut text = vec![0; usize::try_from(number()).expect("a length") + 2];
            answers.read_exact(&mut text).expect("the text");
            String::from_utf8_lossy(&text[..text.len() - 2]).into()
        }
        "*" => (0..number()).map(|_| reply(answers)).collect(),
        _ => panic!("Redis answers {line:?}"),
    }
}
