//! One stored item per entity, reviewed by eye: what is in the table is a contract with every version of the code.

use std::collections::{BTreeMap, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use encoding_rs::UTF_8;
use rentree_samples::{Fault, Sample};
use rentree_table::ImportOptions;
use serde_json::{Value, json};

use crate::support::{a_school, carry_out, product, run, silent_import};

#[test]
fn one_item_of_each_entity() {
    run(async {
        let (uai, _) = a_school().await?;
        let mut sample = Sample::new(uai, 11, 2);
        carry_out(uai, silent_import(uai, sample.siecle(UTF_8).bytes, ImportOptions::default()).await?).await?;
        sample.pupils[10].division = "3E9".to_owned();
        sample.spoil(3, Fault::NoDivision);
        carry_out(uai, silent_import(uai, sample.siecle(UTF_8).bytes, ImportOptions::default()).await?).await?;

        let table = product().stack.value("Table")?;
        let query = product().stack.dynamodb.query().table_name(&table).key_condition_expression("PK = :school");
        let items =
            query.expression_attribute_values(":school", AttributeValue::S(format!("SCHOOL#{uai}"))).send().await?;
        let mut by_entity = BTreeMap::new();
        for item in items.items() {
            let item = shown(item);
            let entity = item["entity"].as_str().unwrap().to_owned();
            // Of pupils, the one that was modified; of imports, the last.
            if entity != "Learner" || item.contains_key("previous") && item["current"]["active"] == true {
                by_entity.insert(entity, item);
            }
        }
        let uuid = r"[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}";
        insta::with_settings!({filters => vec![
            (uuid, "<id>"),
            (r"00000000-0000-7[0-9a-f]{3}-[0-9a-f]{4}-[0-9a-f]{12}", "<id>"),
            (uai.as_str(), "<uai>"),
            (r"\d{4}-\d\d-\d\dT[0-9:.]+Z", "<instant>"),
            // Of the file, which names the school.
            (r#"\\"[0-9a-f]{32}\\""#, "<etag>"),
            (r#""expires_at": \d+"#, r#""expires_at": <epoch seconds>"#),
        ]}, {
            insta::assert_json_snapshot!("items", by_entity);
        });
        Ok(())
    });
}

/// An item, in the order of its attributes.
pub(crate) fn shown(item: &HashMap<String, AttributeValue>) -> BTreeMap<String, Value> {
    item.iter().map(|(name, value)| (name.clone(), plain(value))).collect()
}

fn plain(value: &AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => json!(text),
        AttributeValue::N(number) => serde_json::from_str(number).unwrap_or(Value::Null),
        AttributeValue::Bool(value) => json!(value),
        AttributeValue::L(items) => items.iter().map(plain).collect(),
        AttributeValue::M(pairs) => {
            json!(pairs.iter().map(|(name, value)| (name.clone(), plain(value))).collect::<BTreeMap<_, _>>())
        }
        _ => Value::Null,
    }
}
