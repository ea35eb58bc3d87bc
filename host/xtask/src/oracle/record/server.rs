//! A web server on this machine: the files of one case, for as long as it is asked.
//!
//! - In: files by path.
//! - Out: their texts over HTTP; 404 for others, 503 while it plays dead.
//! - Not here: anything that a real server does beyond that.

use std::collections::BTreeMap;
use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What it serves now.
#[derive(Default)]
struct Shop {
    files: BTreeMap<String, String>,
    closed: bool,
}

/// A server that runs until the process ends.
pub(super) struct Server {
    /// `http://127.0.0.1:PORT/`
    pub(super) address: String,
    shop: Arc<Mutex<Shop>>,
}

impl Server {
    /// Starts one, on a port that is free.
    pub(super) fn start() -> io::Result<Self> {
        let listener = TcpListener::bind(("127.0.0.1", 0))?;
        let address = format!("http://{}/", listener.local_addr()?);
        let shop = Arc::new(Mutex::new(Shop::default()));
        let served = Arc::clone(&shop);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that hangs up harms nobody but itself.
                let _ = answer(&stream, &served);
            }
        });
        Ok(Self { address, shop })
    }

    /// Serves these files too, or plays dead.
    pub(super) fn serve(&self, files: impl IntoIterator<Item = (String, String)>, closed: bool) {
        let mut shop = self.shop.lock().expect("no thread panics with it");
        shop.files.extend(files);
        shop.closed = closed;
    }
}

fn answer(stream: &TcpStream, shop: &Mutex<Shop>) -> io::Result<()> {
    let mut lines = BufReader::new(stream).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    for line in lines {
        if line?.is_empty() {
            break;
        }
    }
    let path = request.split(' ').nth(1).unwrap_or_default().trim_start_matches('/');
    let (status, body) = {
        let shop = shop.lock().expect("no thread panics with it");
        match shop.files.get(path) {
            _ if shop.closed => ("503 Service Unavailable", String::new()),
            Some(text) => ("200 OK", text.clone()),
            None => ("404 Not Found", String::new()),
        }
    };
    let mut stream = stream;
    write!(stream, "HTTP/1.0 {status}\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn a_file_that_is_there_is_served_until_the_server_plays_dead() {
        let server = Server::start().unwrap();
        server.serve([("a/b.cfg".to_owned(), "[s]\n".to_owned())], false);
        let place = server.address.trim_start_matches("http://").trim_end_matches('/').to_owned();
        let fetched = |path: &str| {
            let mut stream = TcpStream::connect(&place).unwrap();
            write!(stream, "GET /{path} HTTP/1.1\r\nHost: x\r\n\r\n").unwrap();
            let mut text = String::new();
            stream.read_to_string(&mut text).unwrap();
            text
        };
        assert_eq!(fetched("a/b.cfg"), "HTTP/1.0 200 OK\r\nContent-Length: 4\r\n\r\n[s]\n");
        assert_eq!(fetched("c.cfg"), "HTTP/1.0 404 Not Found\r\nContent-Length: 0\r\n\r\n");
        server.serve([], true);
        assert_eq!(fetched("a/b.cfg"), "HTTP/1.0 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n");
    }
}
