//! Names for tests, written down by hand. The French ones follow INSEE's open lists of first names and of surnames
//! (<https://www.insee.fr/fr/statistiques/8595130>, <https://www.insee.fr/fr/statistiques/3536630>): most are names that people bear, and a
//! few were made up, so that each accented letter stands at the beginning, within and at the end of a name. They are put together as people
//! are called: with another given name, with a particle, with a usage name in brackets. The others are names of other countries whose
//! children go to school in France.

const GIVEN: &str = "Adélaïde Adèle Agnès Aïcha Aïda Aïssatou Alizée Aliénor Amélie Anaé Anaëlle Anaïs André Andréa Anaël Angèle Angélique \
    Aurélie Aurélien Aymé Barthélémy Béatrice Bénédicte Bérengère Bérénice Benoît Cécile Célestin Célia Céline Cédric César Chloé Clarâ \
    Clémence Clément Clémentine Cléo Cléophée Côme Daphné Déborah Désiré Désirée Édouard Éléa Éléanore Élèna Éléonore Élia Élie \
    Éliès Élisa Élisabeth Élise Éloan Éloi Éloïse Élodie Élyse Émeline Émile Émilie Émilien Émily Emmanuèle Éric Éryne Estéban Esmée \
    Ésaïe Étienne Ève Éva Fabrègue Faëlle Félicie Félicité Félix Féréol Françoise François Frédéric Frédérique Gaël Gaëlle Gaëtan \
    Gaétane Géraldine Gérard Gérald Germaïne Ghislaine-Zoé Gisèle Grégoire Grégory Guénaël Guénolé Gwenaël Gwenaëlle Hélène Hélèna Héléa \
    Héloïse Henriëtte Hervé Honoré Hortensée Ignès Inès Irène Irénée Isaïe Ismaël Israël Jérémie Jérémy Jérôme Joël Joëlle Joséphine Josée \
    José Josué Judicaël Kaïs Kévin Khadîdja Laëtitia Lætitia Lœtitia Lélia Léa Léandre Léane Léna Lénaïc Léo Léonard Léonie Léonore Léontine \
    Léopold Lévi Liséa Loïc Loïs Loïse Lucâs Maé Maël Maëlle Maëlys Maéva Maïa Maïlys Maïssa Maïté Marjolaïne Mathéo Mathïas Mattéo Mélanie \
    Mélina Mélissa Méline Mélodie Mélyne Mérédith Michaël Michèle Mickaël Mïa Moïra Moïse Nadège Naël Naëlle Naïm Naïma Nathanaël Nicolà \
    Noé Noémie Noëmie Noël Noëlle Noélie Nolwënn Océane Océanne Ophélie Orphée Pélagie Pénélope Périne Prudençe Raphaël Raphaëlle Régine Régis \
    Rémi Rémy Renée René Salomé Saïd Saïda Samüel Sébastien Séléna Séréna Sévérine Siméon Solène Solveïg Stéphane Stéphanie Sylvère Taïna \
    Térence Thaïs Thaïna Théa Théo Théodore Théophile Thérèse Thibaûlt Timéo Timothé Timothée Tiphaîne Urielle-Ève Valère Valérie Valéry Véronique \
    Victoîre Violaîne Yaël Yaëlle Yanaël Yohân Yséa Ysée Yvonnè Zacharïe Zélie Zéphyr Zoé Zoëlle";

const SURNAMES: &str = "AÏT ALLÈGRE ANDRÉ AUBÉ BAËZ BARRÈRE BEAUCHÊNE BÉAL BÉNARD BÉRANGER BÉRAUD BERTHÉLEMY BESANÇON BESNIÈRE BÈGUE BLÉRIOT BŒUF \
    BOISSIÈRE BOËDEC BOULÈGUE BRÉHIER BRÛLÉ BRULÉ CADÈNE CASTÈLE CATHÉLINEAU CHÂTEAU CHÂTELAIN CHÊNE CLÉMENT CLÉRET COËTLOGON CORRÈZE CÔTE CÔTÉ \
    CRÉPIN CUVÉLIER D'HÉROUVILLE DÉCHELETTE DÉLÉAGE DELPÊCHE DÉPRÉ DÉSIRÉ DUCHÊNE DUFRÊNE DUPRÉ ÉCHARD ÉMERY ÉTIENNE ÉVRARD FAGÈS FAÇON FAUVÈRE \
    FÉLIX FÉRAUD FÉREY FIÈVRE FOËX FONTÈS FRANÇOIS FRÉMONT FRÊNE GÂCHET GARÇON GÉRARD GÉRAUD GÉRÔME GONÇALVES GRÉGOIRE GRÈZE GUÉGAN GUÉRIN \
    GUÉRY GUÉZENNEC GUICHÈNE HAŸ HÉBERT HÉLARY HÉMERY HÉNAFF HÉRAULT HÉRISSÉ HERVÉ HÔTE JAMÈS JÉGOU JÉRÔME JOËL JOSSÉ JULLIÈRE KÉRÉBEL KERVÉGAN \
    L'HAŸ L'HÔTE LABBÉ LAËNNEC LAFFÈRE LANGLÈS LÉGER LÉOTARD LÉVÊQUE LEBŒUF LEFÈVRE LEFÉBURE LEMAÎTRE LEMÉE LEPRÊTRE LESÈNE LETHUILLIÈRE LOÏC \
    MAÎTRE MALLÉJAC MARÉCHAL MAZIÈRES MÉNARD MÉRIAU MÉTAYER MÉTIVIER MICHÉA MOLIÈRE MONTÉGUT MOÛTIER MÜLLER NAËL NÉDÉLEC NÈGRE NOËL NOÉ ŒUVRARD \
    PÂQUES PASCAL-BÉ PÉAN PÉCHEUX PÉGUY PÉLISSIER PÉPIN PÉRÈS PÉREZ PÉRON PÉTRÉ PIÉRI PINÇON PRÉVOST PRÊTRE PUÉCH QUÉMÉNER QUÉRÉ RABIÉ RAMBÔ RÉAUX \
    RÉGNIER RÉMOND RENÉ RIBIÈRE RIVIÈRE ROËLS ROUGÉ ROUSSÉ SAÜT SÉBILLE SÉGUIN SÉNÉCHAL SÉRÉ SÉVÈRE SŒUR TÉTARD THÉBAULT THÉRY THÉVENIN THÔMAS \
    TRAORÉ TRÉGUER TRÉMOLIÈRES VALÉRY VÉDRINE VÉRON VÉRITÉ VIÉ VIGÉE VILLÉGER VOLTÈRE WÖLFF YVÉ ZÉAU ZOÉ";

/// French names with accents, as files hold them: more than two thousand.
pub(super) fn french() -> Vec<String> {
    let given: Vec<&str> = GIVEN.split_whitespace().collect();
    let surnames: Vec<&str> = SURNAMES.split_whitespace().collect();
    let mut names = Vec::new();
    for name in &given {
        names.push((*name).to_owned());
        names.push(name.to_uppercase());
        names.extend(["Marie", "Jean", "Anne", "Noël"].map(|other| format!("{other}-{name}")));
        names.push(format!("{name}-Rose"));
        names.push(format!("Zoé {name}"));
    }
    for (index, name) in surnames.iter().enumerate() {
        names.push((*name).to_owned());
        names.push(name.chars().take(1).chain(name.to_lowercase().chars().skip(1)).collect());
        names.extend(["DE", "LE", "DE LA", "SAINT"].map(|particle| format!("{particle} {name}")));
        names.push(format!("{name} ({})", surnames[(index + 7) % surnames.len()]));
        names.push(format!("D’{name}"));
    }
    names.sort();
    names.dedup();
    names
}

const PORTUGUESE: [&str; 2] = [
    "João Simão Sebastião Estêvão Conceição Assunção Ângela Ângelo Antónia António Inês Luís Luísa Mónica Patrícia Otávio Lúcia Cátia Érica Íris Óscar Úrsula Zé",
    "MAGALHÃES GUIMARÃES SIMÕES LEITÃO FALCÃO CONCEIÇÃO GONÇALVES IRMÃ BRANDÃO VÃ MÃE MAIA-ARAÚJO ESTÊVÃO FRAZÃO ROMÃ SÃO-JOSÉ",
];
const TURKISH: [&str; 2] = [
    "Ayşe Çağla Gülşah İbrahim Işıl Ömer Özgür Şükrü Tuğçe Ümit Yağız Zübeyde Ekin Beyza Kıvanç Buğra Sıla Güneş Çınar Doğa",
    "ÇELİK ŞAHİN YILDIZ DOĞAN ÖZTÜRK KILIÇ ÜNAL GÜNEŞ AĞAOĞLU IŞIK TÜRKOĞLU YAĞMUR ÇAĞLAR",
];
const POLISH: [&str; 2] = [
    "Łukasz Michał Żaneta Agnieszka Józef Małgorzata Stanisław Świętosława Zdzisław Błażej Ścibor Róża Bożena Elżbieta",
    "WÓJCIK WIŚNIEWSKI KOWALCZYK-ŁĘCKI DĄBROWSKI KAMIŃSKI ZIELIŃSKI SZYMAŃSKI WOŹNIAK JABŁOŃSKI MAŁECKI GAJĘCKI ŻAK ŁAPIŃSKA",
];
const VIETNAMESE: [&str; 2] = [
    "Ánh Bảo Đức Hạnh Hiếu Hòa Hồng Hưng Khánh Liên Lộc Mỹ Ngọc Nhật Phượng Quỳnh Thảo Thúy Trúc Tuấn Uyên Việt Xuân Yến Ân",
    "NGUYỄN TRẦN LÊ PHẠM HUỲNH VÕ ĐẶNG BÙI ĐỖ HỒ NGÔ DƯƠNG LÝ TRƯƠNG ĐOÀN ÂU",
];
const POLYNESIAN: [&str; 2] = [
    "Heʻe Māʻohi Tūmata Hīnano Tāne Teriʻi Vaʻea Mōeata Poerāni Heikapu Tehāni Rāʻiarii Ātea Ōriʻi Ūrarii Hei’ata Ma'eva",
    "TEHEIʻURA PĀRĀURA TŪPĀIA RĀTĀ MĀNEA ʻAUĀʻĀ FĀREATA TEĪHOTŪ TAʻAROA TĒFANA",
];

/// Names of other countries, full ones: more than three hundred of each language together.
pub(super) fn foreign() -> Vec<String> {
    let mut names = Vec::new();
    for [given, surnames] in [PORTUGUESE, TURKISH, POLISH, VIETNAMESE, POLYNESIAN] {
        for given in given.split_whitespace() {
            names.push(given.to_owned());
            names.push(given.to_uppercase());
            names.extend(surnames.split_whitespace().map(|surname| format!("{given} {surname}")));
        }
        for surname in surnames.split_whitespace() {
            names.push(surname.to_owned());
            names.push(surname.to_lowercase());
            names.push(format!("{surname}\u{A0}DA"));
            names.push(format!("«{surname}» ({surname})"));
        }
    }
    names
}
