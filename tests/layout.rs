//! The layout of `src/`: imports run down the parts of the crate, and no files import each other in a loop.
//!
//! The parts, from the top: `main` and `cli`, `lib`, `mock`, `server` (and `internals` beside it), `http`, `app`,
//! `testkit`, `services`, `store`, `base`. A file may import files of its own part and of those below.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::fs;
use std::path::{Path, PathBuf};
use syn::visit::{self, Visit};
use syn::{Item, UseTree};

/// The parts of the crate, from the bottom. Parts on one line are on the same level.
const PARTS: [&[&str]; 10] = [
    &["base"],
    &["store"],
    &["services"],
    &["testkit"],
    &["app"],
    &["http"],
    &["server", "internals"],
    &["mock"],
    &["lib"],
    &["main", "cli"],
];

/// The path of a module, from the root of the crate.
type Module = Vec<String>;

/// A file of the crate.
struct File {
    path: String,
    module: Module,
    /// Whether the file belongs to the binary rather than the library.
    is_binary: bool,
    /// Every path that the file imports or names, from the root of the crate.
    paths: Vec<Module>,
    /// The re-exports: each name, with its path.
    exports: HashMap<String, Module>,
}

#[test]
fn imports_run_down() {
    let files = files();
    let modules = modules(&files);
    let mut wrong = Vec::new();
    for file in &files {
        for target in imports(file, &files, &modules) {
            if rank(file) < rank(target) {
                wrong.push(format!("{} imports {}, which is above it", file.path, target.path));
            }
        }
    }
    assert!(wrong.is_empty(), "imports that run up:\n{}", wrong.join("\n"));
}

#[test]
fn no_files_import_each_other_in_a_loop() {
    let files = files();
    let modules = modules(&files);
    let edges: BTreeMap<&str, BTreeSet<&str>> = files
        .iter()
        .map(|file| {
            let targets = imports(file, &files, &modules).into_iter().map(|target| target.path.as_str());
            (file.path.as_str(), targets.collect())
        })
        .collect();
    let mut loops = BTreeSet::new();
    for &start in edges.keys() {
        if let Some(path) = way_back(start, &edges) {
            let first = path.iter().enumerate().min_by_key(|(_, name)| **name).map_or(0, |(place, _)| place);
            let turned: Vec<&str> = path[first..].iter().chain(&path[..first]).copied().collect();
            loops.insert(turned.join("\n  imports "));
        }
    }
    let loops: Vec<String> = loops.into_iter().collect();
    assert!(loops.is_empty(), "files that import each other:\n{}", loops.join("\n\n"));
}

/// The shortest chain of imports from a file back to itself.
fn way_back<'a>(start: &'a str, edges: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> Option<Vec<&'a str>> {
    let mut came_from: BTreeMap<&str, &str> = BTreeMap::new();
    let mut next = vec![start];
    while !next.is_empty() {
        let mut found = Vec::new();
        for file in next {
            for &target in &edges[file] {
                if target == start {
                    let mut way = vec![file];
                    while let Some(&before) =
                        way.last().filter(|last| **last != start).and_then(|last| came_from.get(last))
                    {
                        way.push(before);
                    }
                    way.reverse();
                    return Some(way);
                }
                if !came_from.contains_key(target) {
                    came_from.insert(target, file);
                    found.push(target);
                }
            }
        }
        next = found;
    }
    None
}

/// The level of the part to which a file belongs.
fn rank(file: &File) -> usize {
    let part = file.module.first().map_or(if file.is_binary { "main" } else { "lib" }, String::as_str);
    let rank = PARTS.iter().position(|parts| parts.contains(&part));
    rank.unwrap_or_else(|| panic!("{} belongs to no part; the parts are {PARTS:?}", file.path))
}

/// Every file of the crate, except those that contain only tests.
fn files() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut paths = Vec::new();
    gather(&root, &mut paths);
    paths.sort();
    let files: Vec<File> = paths.iter().map(|path| File::read(path, &root)).collect();
    assert!(files.len() > 100, "there is more in src/ than {} files", files.len());
    files
}

fn gather(folder: &Path, paths: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        // `src/json_schema` is a crate of its own, below all parts.
        if path.is_dir() && name != "tests" && !path.join("Cargo.toml").exists() {
            gather(&path, paths);
        } else if name.ends_with(".rs") && name != "tests.rs" {
            paths.push(path);
        }
    }
}

/// The index in `files` of each module of the library and of the binary.
fn modules(files: &[File]) -> HashMap<(bool, &[String]), usize> {
    files.iter().enumerate().map(|(place, file)| ((file.is_binary, file.module.as_slice()), place)).collect()
}

/// The files from which a file imports. A re-exported name counts as one of the file that defines it.
fn imports<'a>(file: &File, files: &'a [File], modules: &HashMap<(bool, &[String]), usize>) -> Vec<&'a File> {
    let resolve = |path: &Module| {
        let mut path = path.clone();
        for _ in 0..files.len() {
            let longest = (0..=path.len()).rev().find_map(|length| {
                modules.get(&(file.is_binary, &path[..length])).map(|&place| (length, place))
            });
            let (length, place) = longest?;
            let target = &files[place];
            match path.get(length).and_then(|name| target.exports.get(name)) {
                Some(original) => path = [original.as_slice(), &path[length + 1..]].concat(),
                // Naming a module imports nothing from it; naming its items does.
                None => return (length < path.len()).then_some(target),
            }
        }
        panic!("{} imports {}, which leads nowhere", file.path, path.join("::"))
    };
    let targets = file.paths.iter().filter_map(resolve);
    let mut targets: Vec<&File> = targets.filter(|target| target.path != file.path).collect();
    targets.sort_by(|one, other| one.path.cmp(&other.path));
    targets.dedup_by(|one, other| one.path == other.path);
    targets
}

impl File {
    fn read(path: &Path, root: &Path) -> Self {
        let below = path.strip_prefix(root).unwrap();
        let mut module: Module =
            below.with_extension("").iter().map(|name| name.to_str().unwrap().into()).collect();
        let is_binary = matches!(module[0].as_str(), "main" | "cli");
        if matches!(module.last().map(String::as_str), Some("mod" | "lib" | "main")) {
            module.pop();
        }
        let path = format!("src/{}", below.display());
        let text = fs::read_to_string(root.join(below)).unwrap();
        let code = syn::parse_file(&text).unwrap_or_else(|error| panic!("{path}: {error}"));
        let mut file = Self { path, module, is_binary, paths: Vec::new(), exports: HashMap::new() };
        let mut names = Names { file: &mut file, children: BTreeSet::new(), imported: HashMap::new() };
        names.visit_file(&code);
        file
    }
}

/// Collects the paths that a file names, except those in code that is compiled only for tests.
struct Names<'f> {
    file: &'f mut File,
    /// The modules that the file declares; its paths may begin with them.
    children: BTreeSet<String>,
    /// The names that the file imports, which its paths may begin with too.
    imported: HashMap<String, Module>,
}

impl Names<'_> {
    /// The path from the root of the crate; `None` if it leads out of the crate.
    fn absolute(&self, path: &[String]) -> Option<Module> {
        let mut base = self.file.module.clone();
        let mut rest = path;
        match path.first()?.as_str() {
            "crate" => (base, rest) = (Module::new(), &path[1..]),
            "self" => rest = &path[1..],
            "super" => {
                while rest.first().is_some_and(|name| name == "super") {
                    base.pop();
                    rest = &rest[1..];
                }
            }
            child if self.children.contains(child) => {}
            name if self.imported.contains_key(name) => {
                (base, rest) = (self.imported[name].clone(), &path[1..])
            }
            _ => return None,
        }
        base.extend(rest.iter().cloned());
        Some(base)
    }

    fn add_tree(&mut self, tree: &UseTree, prefix: &[String], is_export: bool) {
        let with = |name: &syn::Ident| [prefix, &[name.to_string()]].concat();
        let (path, name) = match tree {
            UseTree::Path(path) => return self.add_tree(&path.tree, &with(&path.ident), is_export),
            UseTree::Group(group) => {
                return group.items.iter().for_each(|tree| self.add_tree(tree, prefix, is_export));
            }
            UseTree::Name(name) if name.ident == "self" => (prefix.to_vec(), prefix.last().cloned()),
            UseTree::Name(name) => (with(&name.ident), Some(name.ident.to_string())),
            UseTree::Rename(rename) => (with(&rename.ident), Some(rename.rename.to_string())),
            UseTree::Glob(_) => ([prefix, &["*".to_owned()]].concat(), None),
        };
        let Some(path) = self.absolute(&path) else { return };
        match name {
            Some(name) if is_export => _ = self.file.exports.insert(name, path),
            name => {
                self.file.paths.push(path.clone());
                self.imported.extend(name.map(|name| (name, path)));
            }
        }
    }
}

impl<'ast> Visit<'ast> for Names<'_> {
    fn visit_file(&mut self, file: &'ast syn::File) {
        self.children = file
            .items
            .iter()
            .filter_map(|item| match item {
                Item::Mod(module) => Some(module.ident.to_string()),
                _ => None,
            })
            .collect();
        visit::visit_file(self, file);
    }

    fn visit_item(&mut self, item: &'ast Item) {
        let attributes = match item {
            Item::Mod(item) => &item.attrs,
            Item::Use(item) => &item.attrs,
            Item::Fn(item) => &item.attrs,
            Item::Impl(item) => &item.attrs,
            _ => &Vec::new(),
        };
        let is_for_tests = |attribute: &syn::Attribute| {
            attribute.path().is_ident("cfg")
                && attribute.parse_args::<syn::Ident>().is_ok_and(|option| option == "test")
        };
        if !attributes.iter().any(is_for_tests) {
            visit::visit_item(self, item);
        }
    }

    fn visit_item_use(&mut self, item: &'ast syn::ItemUse) {
        let is_export = !matches!(item.vis, syn::Visibility::Inherited);
        self.add_tree(&item.tree, &[], is_export);
    }

    fn visit_path(&mut self, path: &'ast syn::Path) {
        let names: Module = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        // A single name is defined in this file or imported.
        if names.len() > 1
            && let Some(path) = self.absolute(&names)
        {
            self.file.paths.push(path);
        }
        visit::visit_path(self, path);
    }
}
