//! A small XML reader and writer for answers of the query protocol: elements and text, no attributes but `xmlns`.

use std::fmt::Write as _;

/// An element: either text or children. Attributes are kept as written.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Element {
    /// The tag.
    pub name: String,
    /// What stands between the tag's name and `>`, as written.
    pub attributes: String,
    /// Text, unescaped; empty where there are children.
    pub text: String,
    /// Elements inside.
    pub children: Vec<Element>,
}

impl Element {
    /// An element with text.
    pub fn leaf(name: &str, text: impl ToString) -> Element {
        Element { name: name.to_string(), text: text.to_string(), ..Element::default() }
    }

    /// An element with elements.
    pub fn node(name: &str, children: Vec<Element>) -> Element {
        Element { name: name.to_string(), children, ..Element::default() }
    }

    /// The child of that name.
    pub fn child(&self, name: &str) -> Option<&Element> {
        self.children.iter().find(|c| c.name == name)
    }

    /// The child of that name.
    pub fn child_mut(&mut self, name: &str) -> Option<&mut Element> {
        self.children.iter_mut().find(|c| c.name == name)
    }

    /// The text under a path like `placement/availabilityZone`; empty where there is none.
    pub fn at(&self, path: &str) -> &str {
        let found = path.split('/').try_fold(self, |element, name| element.child(name));
        found.map_or("", |e| e.text.as_str())
    }

    /// The `item`s of the child set of that name.
    pub fn items(&self, set: &str) -> impl Iterator<Item = &Element> {
        self.child(set).into_iter().flat_map(|s| s.children.iter())
    }

    /// Puts the child in the place of the one with its name, or at the end.
    pub fn put(&mut self, child: Element) {
        match self.child_mut(&child.name) {
            Some(old) => *old = child,
            None => self.children.push(child),
        }
    }

    /// Puts text under a path, making the elements on the way.
    pub fn set(&mut self, path: &str, text: impl ToString) {
        let mut element = self;
        for name in path.split('/') {
            let at = element.children.iter().position(|c| c.name == name).unwrap_or_else(|| {
                element.text.clear();
                element.children.push(Element::leaf(name, ""));
                element.children.len() - 1
            });
            element = &mut element.children[at];
        }
        element.text = text.to_string();
        element.children.clear();
    }

    /// Takes the child of that name away.
    pub fn remove(&mut self, name: &str) {
        self.children.retain(|c| c.name != name);
    }

    /// Every element of that name, in document order, at any depth.
    pub fn all<'a>(&'a self, name: &str) -> Vec<&'a Element> {
        let mut found = Vec::new();
        self.walk(name, &mut found);
        found
    }

    fn walk<'a>(&'a self, name: &str, found: &mut Vec<&'a Element>) {
        if self.name == name {
            found.push(self);
        }
        for child in &self.children {
            child.walk(name, found);
        }
    }

    /// The element as text.
    pub fn print(&self) -> String {
        let mut text = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
        self.print_into(&mut text);
        text
    }

    fn print_into(&self, text: &mut String) {
        let _ = write!(text, "<{}{}>", self.name, self.attributes);
        text.push_str(&escape(&self.text));
        for child in &self.children {
            child.print_into(text);
        }
        let _ = write!(text, "</{}>", self.name);
    }
}

/// The text of every element of that name, in document order.
pub fn texts(xml: &str, name: &str) -> Vec<String> {
    parse(xml).map(|root| root.all(name).into_iter().map(|e| e.text.clone()).collect()).unwrap_or_default()
}

/// The text of the first element of that name.
pub fn text(xml: &str, name: &str) -> Option<String> {
    texts(xml, name).into_iter().next()
}

/// The root element; `None` where the text is no XML of the kind that AWS writes.
pub fn parse(xml: &str) -> Option<Element> {
    let mut open: Vec<Element> = vec![Element::default()];
    let mut rest = xml;
    while let Some(start) = rest.find('<') {
        let before = &rest[..start];
        let end = start + rest[start..].find('>')?;
        let tag = &rest[start + 1..end];
        rest = &rest[end + 1..];
        if tag.starts_with(['?', '!']) {
            continue;
        }
        if let Some(name) = tag.strip_prefix('/') {
            let mut done = open.pop()?;
            if done.name != name.trim() {
                return None;
            }
            if done.children.is_empty() {
                done.text = unescape(before);
            }
            open.last_mut()?.children.push(done);
        } else {
            let whole = tag.strip_suffix('/');
            let tag = whole.unwrap_or(tag);
            let name = tag.split_whitespace().next()?;
            let element = Element {
                name: name.to_string(),
                attributes: tag[name.len()..].trim_end().to_string(),
                ..Element::default()
            };
            match whole {
                Some(_) => open.last_mut()?.children.push(element),
                None => open.push(element),
            }
        }
    }
    let mut document = open.pop()?;
    if open.is_empty() { document.children.pop() } else { None }
}

/// Text as it stands in a document.
pub(crate) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

fn unescape(text: &str) -> String {
    if !text.contains('&') {
        return text.to_string();
    }
    let named = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&apos;", "'");
    let named = named.replace("&#39;", "'").replace("&#34;", "\"").replace("&#xA;", "\n").replace("&#10;", "\n");
    named.replace("&amp;", "&")
}
