//! The build script: compresses the files of the page, which then take a third of the space in the program and on their way
//! to a browser.

use flate2::{Compression, GzBuilder};
use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const PAGE: &str = "src/http/ui/page";

fn main() -> io::Result<()> {
    println!("cargo:rerun-if-changed={PAGE}");
    println!("cargo:rerun-if-changed=src/http/ui/pack.rs");
    let out = env::var_os("OUT_DIR").ok_or_else(|| io::Error::other("cargo sets OUT_DIR"))?;
    pack(Path::new(PAGE), &PathBuf::from(out).join("page"))
}

/// Compresses every file below `from` to a file of the same name, with `.gz` at its end, below `to`.
fn pack(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let mut target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            pack(&entry.path(), &target)?;
            continue;
        }
        target.as_mut_os_string().push(".gz");
        // Without a name and a time, equal files make equal bytes.
        let mut gzip = GzBuilder::new().write(fs::File::create(target)?, Compression::best());
        gzip.write_all(&fs::read(entry.path())?)?;
        gzip.finish()?;
    }
    Ok(())
}
