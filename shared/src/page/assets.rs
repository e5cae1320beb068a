//! The stylesheet, scripts and icon of all pages, under paths that carry a hash of their content.
//!
//! Only `portal` serves them; the pages of every function link to them there.

use std::{fmt::Write as _, sync::LazyLock};

use aws_lc_rs::digest;
use axum::{
    body::Body,
    response::{IntoResponse, Response},
};
use http::{HeaderName, HeaderValue, header};

/// Where `portal` serves the assets.
pub const PREFIX: &str = "/start/assets/";

const FOREVER: &str = "public, max-age=31536000, immutable";
const ASK_AGAIN: &str = "no-cache";

/// A file that pages need besides their HTML.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Asset {
    /// Its media type.
    pub content_type: &'static str,
    /// Its bytes.
    pub body: &'static [u8],
    /// How long a browser may keep it.
    pub cache_control: &'static str,
}

/// The asset that `path`, beginning with [`PREFIX`], asks for.
///
/// While a deployment is under way the functions may link to a hash that this one does not know: the asset of that
/// name is served all the same, but not to be kept.
#[must_use]
pub fn find(path: &str) -> Option<Asset> {
    let file_name = path.strip_prefix(PREFIX)?;
    let (stem, rest) = file_name.split_once('.')?;
    let (hash, extension) = rest.split_once('.')?;
    let file = FILES
        .iter()
        .find(|file| file.source.stem == stem && file.source.extension == extension)?;
    let cache_control = if file.hash == hash {
        FOREVER
    } else {
        ASK_AGAIN
    };
    Some(Asset {
        content_type: file.source.content_type(),
        body: file.source.body,
        cache_control,
    })
}

/// The path of the asset `name` (such as `vestibule.css`), for a link in a page; empty if there is none.
#[must_use]
pub fn path(name: &str) -> &'static str {
    let file = name.split_once('.').and_then(|(stem, extension)| {
        FILES
            .iter()
            .find(|file| file.source.stem == stem && file.source.extension == extension)
    });
    file.map_or("", |file| &file.path)
}

impl IntoResponse for Asset {
    fn into_response(self) -> Response {
        const HEADERS: [(HeaderName, HeaderValue); 2] = [
            (
                header::X_CONTENT_TYPE_OPTIONS,
                HeaderValue::from_static("nosniff"),
            ),
            (
                HeaderName::from_static("cross-origin-resource-policy"),
                HeaderValue::from_static("same-origin"),
            ),
        ];
        let own = [
            (
                header::CONTENT_TYPE,
                HeaderValue::from_static(self.content_type),
            ),
            (
                header::CACHE_CONTROL,
                HeaderValue::from_static(self.cache_control),
            ),
        ];
        (own, HEADERS, Body::from(self.body)).into_response()
    }
}

struct Source {
    stem: &'static str,
    extension: &'static str,
    body: &'static [u8],
}

impl Source {
    fn content_type(&self) -> &'static str {
        match self.extension {
            "css" => "text/css; charset=utf-8",
            "js" => "text/javascript; charset=utf-8",
            _ => "image/svg+xml",
        }
    }
}

macro_rules! source {
    ($stem:literal, $extension:literal) => {
        Source {
            stem: $stem,
            extension: $extension,
            body: include_bytes!(concat!(
                env!("CARGO_MANIFEST_DIR"),
                "/assets/",
                $stem,
                ".",
                $extension
            )),
        }
    };
}

const SOURCES: [Source; 8] = [
    source!("vestibule", "css"),
    source!("sign", "svg"),
    source!("page", "js"),
    source!("sign-in", "js"),
    source!("password", "js"),
    source!("accounts", "js"),
    source!("user-code", "js"),
    source!("post-form", "js"),
];

struct File {
    source: Source,
    hash: String,
    path: String,
}

static FILES: LazyLock<Vec<File>> = LazyLock::new(|| {
    let hashed = SOURCES.into_iter().map(|source| {
        let hash = short_hash(source.body);
        let path = format!("{PREFIX}{}.{hash}.{}", source.stem, source.extension);
        File { source, hash, path }
    });
    hashed.collect()
});

fn short_hash(body: &[u8]) -> String {
    let digest = digest::digest(&digest::SHA256, body);
    digest
        .as_ref()
        .iter()
        .take(8)
        .fold(String::new(), |mut text, byte| {
            let _ = write!(text, "{byte:02x}");
            text
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_asset_is_found_at_its_path_and_kept_forever() {
        for file in FILES.iter() {
            let asset = find(&file.path).unwrap();
            assert_eq!(asset.body, file.source.body);
            assert_eq!(asset.cache_control, FOREVER);
        }
    }

    #[test]
    fn an_asset_of_another_release_is_served_but_not_kept() {
        let asset = find("/start/assets/vestibule.0000000000000000.css").unwrap();
        assert_eq!(asset.content_type, "text/css; charset=utf-8");
        assert_eq!(asset.cache_control, ASK_AGAIN);
    }

    #[test]
    fn other_paths_are_no_assets() {
        for path in [
            "",
            "/start/assets/",
            "/start/assets/x",
            "/start/assets/../x.1.css",
            "/assets/vestibule.1.css",
        ] {
            assert_eq!(find(path), None, "{path}");
        }
        assert_eq!(super::path("nothing.css"), "");
    }
}
