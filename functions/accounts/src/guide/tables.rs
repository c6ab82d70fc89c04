//! The tables of a text. On a phone their rows become cards, as those of every other page do: the first cell says what the row is about,
//! each other one has the name of its column, and roles keep it all a table for screen readers.

use pulldown_cmark::{Event, Tag, TagEnd};

/// Writes the tags of the tables of one text, whose events it is shown in their order.
#[derive(Default)]
pub(super) struct Tables {
    /// The names of the columns, of the table that is being read.
    columns: Vec<String>,
    is_head: bool,
    /// The cell of the row.
    at: usize,
}

impl Tables {
    /// What is written for an event of a table; nothing for what stands in a cell, and for the rest of the text.
    pub(super) fn tag(&mut self, event: &Event) -> Option<String> {
        let tag = match event {
            Event::Start(Tag::Table(_)) => {
                self.columns.clear();
                "<table class=\"cards\" role=\"table\">"
            }
            Event::Start(Tag::TableHead) => {
                self.is_head = true;
                "<thead role=\"rowgroup\"><tr role=\"row\">"
            }
            Event::End(TagEnd::TableHead) => {
                self.is_head = false;
                "</tr></thead>\n<tbody role=\"rowgroup\">\n"
            }
            Event::Start(Tag::TableRow) => {
                self.at = 0;
                "<tr role=\"row\">"
            }
            Event::Start(Tag::TableCell) => return Some(self.cell()),
            Event::End(TagEnd::TableCell) if self.is_head || self.at == 1 => "</th>",
            Event::End(TagEnd::TableCell) => "</td>",
            Event::End(TagEnd::TableRow) => "</tr>\n",
            Event::End(TagEnd::Table) => "</tbody></table>\n",
            Event::Text(words) | Event::Code(words) => {
                if self.is_head
                    && let Some(column) = self.columns.last_mut()
                {
                    column.push_str(words);
                }
                return None;
            }
            _ => return None,
        };
        Some(tag.to_owned())
    }

    fn cell(&mut self) -> String {
        if self.is_head {
            self.columns.push(String::new());
            return "<th role=\"columnheader\" scope=\"col\">".to_owned();
        }
        self.at += 1;
        if self.at == 1 {
            return "<th role=\"rowheader\" scope=\"row\">".to_owned();
        }
        let column = self.columns.get(self.at - 1).map_or("", String::as_str);
        let label = column.replace('&', "&amp;").replace('"', "&quot;");
        format!("<td role=\"cell\" class=\"long\" data-label=\"{label}\">")
    }
}
