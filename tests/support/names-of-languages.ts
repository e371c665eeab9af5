// Invented names in the languages that code pages are for, and their octets in these pages.
import { codePages, type EncodingName } from '../../src/domain/encoding.ts';
import { pageDecoder } from '../../src/intake/page-decoder.ts';
import { windowsOctets } from '../../src/intake/decoder.ts';

export interface Names {
  readonly language: string;
  /** Pages in which programs write it. Windows-1252 is what a file is taken for. */
  readonly pages: readonly EncodingName[];
  readonly names: readonly string[];
}

/** Names that hold letters outside ASCII. */
export const namesOfLanguages: readonly Names[] = [
  {
    language: 'de',
    pages: ['windows-1252', 'cp850', 'cp437', 'macintosh'],
    names:
      'Jürgen Müller,Björn Schäfer,Günther Weiß,Käthe Krüger,Jörg Köhler,Sören Böhm,Hänsel Groß,Ännchen Öztürk,Ulf Übel,Jens Fuß,Anna Schröder,Lühr Nußbaum,Brünhilde Möller,Gösta Jäger,Rüdiger Strauß,Märta König,Doris Preuß,Björk Größe'.split(
        ',',
      ),
  },
  {
    language: 'fr',
    pages: ['windows-1252', 'cp850', 'cp437', 'macintosh'],
    names:
      'René Lefèvre,Zoé Bréchet,François Côté,Éloïse Hébert,Gaël Lemaître,Noël Benoît,Chloé Crêté,Hélène Gérard,Jérôme Dépré,Anaïs Léger,Cédric Prévôt,Marie-Thérèse Béranger,Désirée Créée,Geneviève Forêt,Aurélie Nuñez,Joël Œuvrard,Étienne Lœil,Ségolène Duchâtel,Loïc Guérin,Hervé Brûlé'.split(
        ',',
      ),
  },
  {
    language: 'es',
    pages: ['windows-1252', 'cp850', 'macintosh'],
    names:
      'José Muñoz,María Núñez,Ángel García,Begoña Peña,Íñigo Martínez,Sofía Ibáñez,Raúl Gómez,Ramón Pérez,Óscar Yáñez,Lucía Álvarez,Andrés Sánchez,Úrsula Güell,Inés Domínguez,Nicolás Fernández,Jesús Rodríguez,Iñaki Ordóñez,Concepción Suárez,Víctor López'.split(
        ',',
      ),
  },
  {
    language: 'pt',
    pages: ['windows-1252', 'cp850', 'macintosh'],
    names:
      'João Conceição,Simão Guimarães,Antônio Simões,Sebastião Magalhães,Luís Gonçalves,Inês Assunção,Mário Brandão,Graça Araújo,Lúcia Falcão,Estêvão Leitão,Cecília Galvão,Flávio Corrêa,Zélia Romão,Damião Bragança,Fábio Camões,Júlia Lourenço,Tomé Paixão,Verônica Mourão'.split(
        ',',
      ),
  },
  {
    language: 'it',
    pages: ['windows-1252', 'macintosh'],
    names: 'Niccolò Forlì,Nicolò Calì,Giosuè Pagò,Mosè Cefalù,Lodò Bartolomè,Noemì Salarà,Gesù Dalmà,Pompò Cantù'.split(
      ',',
    ),
  },
  {
    language: 'sv',
    pages: ['windows-1252', 'cp850', 'cp437'],
    names:
      'Åsa Sjöberg,Björn Åkesson,Märta Öberg,Göran Bäckström,Jörgen Håkansson,Östen Nordström,Pär Lindström,Örjan Svärd,Åke Lööf,Malmö Hägg,Kjell Gård,Lars Ängström,Sören Ström,Håkan Ohlén,Linnéa Söderlund'.split(
        ',',
      ),
  },
  {
    language: 'da',
    pages: ['windows-1252', 'cp850', 'cp865'],
    names:
      'Søren Ærø,Bjørn Nørgaard,Åse Østergård,Jørgen Kjær,Mærsk Møller,Pål Bråten,Øystein Sæther,Gråbøl Brøndby,Håkon Bø,Tårnby Høj,Liv Skjærgård,Lærke Søgaard,Børge Brørup,Aslaug Vågå,Jægersborg Åby,Tørres Bjørnøy'.split(
        ',',
      ),
  },
  {
    language: 'fi',
    pages: ['windows-1252', 'cp850'],
    names:
      'Väinö Hämäläinen,Päivi Mäkinen,Jyrki Väyrynen,Töölö Lääperi,Yrjö Äijö,Seppo Räikkönen,Tyyne Hyvärinen,Sämi Pääkkönen,Märta Öhman,Eero Järvi,Jääskö Mäntylä'.split(
        ',',
      ),
  },
  {
    language: 'et',
    pages: ['windows-1252', 'windows-1257'],
    names:
      'Jüri Õunapuu,Tõnis Kõiv,Mölder Rüütel,Ülle Käär,Õie Jõe,Tõnu Õnnepalu,Ööbik Põld,Märt Sõerd,Külli Mägi,Lõo Võsu,Jaan Tõnisson,Šmidt Žukov'.split(
        ',',
      ),
  },
  {
    language: 'is',
    pages: ['windows-1252'],
    names:
      'Þórður Guðmundsson,Sigríður Jónsdóttir,Friðþjófur Æsuson,Eyþór Óðinsson,Þorgerður Sæþórsdóttir,Guðrún Ægisdóttir,Daði Þór,Ásdís Ýr,Hróðný Úlfsdóttir,Sæmundur Björnsson,Ragnheiður Öxndal'.split(
        ',',
      ),
  },
  {
    language: 'nl',
    pages: ['windows-1252'],
    names:
      'Daniël Coördinaat,Zoë Noël,Desirée Meïr,Anaïs Citroën,Jörgen Faës,Loïs Bürer,Hélène Joëlle,Michaël Israël'.split(
        ',',
      ),
  },
  {
    language: 'ca',
    pages: ['windows-1252'],
    names:
      'Núria Muntañola,Òscar Güell,Àlex Solà,Jordi Alarcón,Mercè Rodés,Èric Colomé,Gràcia Plaça,Ramon Llull Parés,Lluís Pallàs'.split(
        ',',
      ),
  },
  { language: 'id', pages: ['windows-1252'], names: 'Chloé Contoh,Budi Santosé,René Siregar'.split(',') },
  {
    language: 'tr1254',
    pages: ['windows-1254', 'cp857'],
    names:
      'Şükrü Yılmaz,Ayşe Öztürk,İbrahim Çelik,Gülşen Doğan,Tuğba Şahin,Çağlar Güneş,Oğuz Kılıç,Emine Yıldız,Ümit Işık,Hüseyin Aydın,Özgür Şimşek,Müjde Karadağ,Işıl Başar,Nuri Ağaoğlu'.split(
        ',',
      ),
  },
  {
    language: 'pl',
    pages: ['windows-1250', 'iso-8859-2', 'cp852', 'x-mac-ce'],
    names:
      'Łukasz Źródło,Wiśniewski Paweł,Zieliński Michał,Małgorzata Wójcik,Stanisław Dąbrowski,Grażyna Kozłowska,Jędrzej Mączka,Świętosława Żak,Bożena Kamińska,Władysław Śliwa,Agnieszka Wróbel,Żaneta Pająk,Ćwik Elżbieta,Rafał Gołąb,Kędziora Ewa,Józef Piątek'.split(
        ',',
      ),
  },
  {
    language: 'cs',
    pages: ['windows-1250', 'iso-8859-2', 'cp852', 'x-mac-ce'],
    names:
      'Jiří Dvořák,Němec Tomáš,Černý Václav,Růžena Svobodová,Antonín Říha,Kateřina Nováková,Ondřej Hájek,Zdeněk Šťastný,Luděk Kučera,Přemysl Čapek,Božena Němcová,Jaroslav Křížek,Lukáš Pospíšil,Markéta Šimková,Květa Procházková,Stanislav Vaněk'.split(
        ',',
      ),
  },
  {
    language: 'sk',
    pages: ['windows-1250', 'iso-8859-2'],
    names:
      'Ľubomír Kováč,Ľudovít Štúr,Žofia Hudáková,Ján Šťastný,Mária Čierna,Jozef Vŕba,Ďurica Peter,Ľuboš Maťko,Zuzana Tóthová,Rastislav Hrubý,Matúš Kôň'.split(
        ',',
      ),
  },
  {
    language: 'hu',
    pages: ['windows-1250', 'iso-8859-2', 'cp852'],
    names:
      'Erdős Pál,Szűcs Ágnes,Kovács József,Győri Lőrinc,Nagy Ödön,Fűzesi Gábor,Szőke Béla,Tóth Zsófia,Kőszegi Jenő,Bíró Erzsébet,Hegedűs Ottó,Gergő Péter,Sűrű Dániel,Petőfi Sándor,Csősz Mária,Ferenc Hűvös'.split(
        ',',
      ),
  },
  {
    language: 'ro',
    pages: ['windows-1250', 'iso-8859-2'],
    names:
      'Ştefan Bălan,Ionuţ Răzvan,Cătălin Mărgineanu,Ţepeş Vlad,Ilie Năstase,Ghiţă Brânză,Bogdan Ţîru,Mihăiţă Dănilă,Păun Ştirbei,Crăciun Anca,Constantin Brâncuşi'.split(
        ',',
      ),
  },
  {
    language: 'hr',
    pages: ['windows-1250', 'iso-8859-2', 'cp852'],
    names:
      'Petrović Jovana,Đurić Željko,Kovačević Ana,Šimić Ivan,Živković Čedomir,Horvat Đorđe,Marković Siniša,Nikolić Gordana,Jurčić Krešimir,Perišić Luka,Vukčević Žarko,Božić Maja'.split(
        ',',
      ),
  },
  {
    language: 'lt',
    pages: ['windows-1257'],
    names:
      'Jūratė Šimkutė,Žydrūnas Kazlauskas,Rūta Meilutytė,Ąžuolas Žukauskas,Eglė Bružaitė,Dalia Grybauskaitė,Šarūnas Jasikevičius,Mindaugas Kučinskas,Ėjinas Ūsas'.split(
        ',',
      ),
  },
  {
    language: 'lv',
    pages: ['windows-1257'],
    names:
      'Jānis Bērziņš,Līga Kalniņa,Ēriks Ozoliņš,Māra Ķuze,Kārlis Šķēle,Ģirts Ķesteris,Ņina Ļeva,Zīmols Rīdzenieks'.split(
        ',',
      ),
  },
  {
    language: 'ru',
    pages: ['windows-1251', 'koi8-r', 'ibm866', 'iso-8859-5', 'x-mac-cyrillic'],
    names:
      'Иван Петров,Ольга,Наталья Сергеевна,Дмитрий Иванов,Анна,Юлия Кузнецова,Алексей Смирнов,Екатерина Попова,Щербаков Фёдор,Татьяна Объедкова,Мария,Эдуард Яковлев,Жанна Цой,Михаил Чехов'.split(
        ',',
      ),
  },
  {
    language: 'uk',
    pages: ['windows-1251', 'koi8-u'],
    names:
      'Олександр Шевченко,Наталія Коваленко,Ірина Бондаренко,Євген Ткаченко,Юрій Кравчук,Їжакевич Ганна,Дмитро Олійник'.split(
        ',',
      ),
  },
  {
    language: 'bg',
    pages: ['windows-1251'],
    names: 'Георги Димитров,Иванка Стоянова,Цветан Първанов,Христо Ботев,Мария Ангелова,Ъгълов Петър'.split(','),
  },
  {
    language: 'el',
    pages: ['windows-1253', 'iso-8859-7', 'cp737'],
    names: 'Γιώργος Παπαδόπουλος,Μαρία Νικολάου,Ελένη Οικονόμου,Δημήτρης Βασιλείου,Άννα Ιωάννου,Κώστας Αθανασίου'.split(
      ',',
    ),
  },
  {
    language: 'he',
    pages: ['windows-1255', 'iso-8859-8', 'cp862'],
    names: 'דוד כהן,שרה לוי,יוסף מזרחי,רחל פרץ,משה ביטון'.split(','),
  },
  {
    language: 'ar',
    pages: ['windows-1256', 'iso-8859-6'],
    names: 'محمد أحمد,فاطمة علي,يوسف حسن,خديجة إبراهيم,عمر الشريف'.split(','),
  },
  { language: 'th', pages: ['windows-874'], names: 'สมชาย ใจดี,สุดา แสงทอง,วิชัย รักไทย,นภา ศรีสุข'.split(',') },
  { language: 'zh', pages: ['gbk', 'big5'], names: '王偉,李明,張麗華,陳志強,劉洋,趙敏,黃麗,林國榮'.split(',') },
  { language: 'zhs', pages: ['gbk'], names: '王伟,李娜,张伟,刘洋,陈静,杨丽,赵敏,孙悦'.split(',') },
  {
    language: 'ja',
    pages: ['shift_jis', 'euc-jp'],
    names: '田中太郎,鈴木花子,佐藤健,高橋あゆみ,山本,ワタナベ,イトウ マコト,小林さくら'.split(','),
  },
  { language: 'jak', pages: ['shift_jis'], names: 'ﾀﾅｶ ﾀﾛｳ,ｽｽﾞｷ ﾊﾅｺ,ｻﾄｳ ｹﾝ'.split(',') },
  { language: 'ko', pages: ['euc-kr'], names: '김민수,이영희,박지훈,최수진,정대현,강은영'.split(',') },
];

/** Western European names of every kind: whatever a file in Windows-1252 may hold, and nobody should be warned of. */
export const westernNames: readonly string[] = (
  'Mª José Peña|O’Connor|D´Arcy|Château d’Eau|L’Haÿ-les-Roses|Antoine de Saint-Exupéry|' +
  'Anne–Marie Née|Björk Guðmundsdóttir|Þorsteinn Þorbjörnsson|SIGURÐUR ÞÓRÐARSON|Sørensen|' +
  'Ærøskøbing|Ål|Øyvind Bø|Høyer|Tromsø|Brøgger|Røyrvik|Søe|Nøhr|Skjærvø|Færøvik|Bjørnæs|Næss|' +
  'Ågård|Åådland|Ekeløf|Cæcilie|Linnæus|Mæland|Æbeltoft|Præstø|JÜRGEN MÜLLER|GROSS-ÖTZI|' +
  'MÉLANIE LEFÈVRE|FRANÇOIS|MUÑOZ|ÁNGEL|Straße|Weiß|Preußner|Häußler|Rößler|Süßmilch|Größl|Übelhör|' +
  'Öhlschläger|Hüseyin Müller|Citroën|Noël|Zoë|Chloë|Gaël|Joël|Raphaël|Ismaël|Israël|Maël|Anaël|' +
  'Maëlle|Gaëtan|Loïs|Éloïc|Thaïs|Naïma|Aïcha|Moïse|Héloïse|Coraïe|Haïm|Guillén|Begoña|Íñigo|Ñandú|' +
  'Núñez|Ibáñez|Yáñez|Cañadas|Ordóñez|Señor|Peñalver|Argüello|Agüero|Sigüenza|Güiraldes|Simões|' +
  'Camões|Conceição|Assunção|Falcão|Mourão|Leitão|Guimarães|Magalhães|Mãe|Romã|Estêvão|Corrêa|' +
  'Antônio|Verônica|Luís|Luísa|Araújo|Inês|Tomé|José|Mônica|Patrícia|Sérgio|Cláudia|Fábio|Lúcia|' +
  'Júlio|Márcia|Fátima|Cândida|Graça|Gonçalves|Mendonça|Bragança|França|Lourenço|Vinícius|Niccolò|' +
  'Nicolò|Forlì|Calì|Mannì|Cantù|Cefalù|Corfù|Giosuè|Mosè|Noè|Salomè|Aimè|Dònald|Òscar Solà|Núria|' +
  'Àngels|Èlia|Ramon Pallàs|Gràcia|Jordà|Bartolomé|Mercè Rodoreda|Bel·la|Gal·la|Lluís|Roïs|Llucià|' +
  'Mireia Farràs|Väinö|Hämäläinen|Mäkelä|Räsänen|Töölö|Yrjänä|Ööbik|Jõgi|Jõesaar|Tõnisson|Kõrv|' +
  'Õunap|Rõõmus|Võsu|Mäe|Lääne|Tüür|Pärt|Üksvärav|Müür|Kägu|Sööt|Põder|Sõber|Åström|Öberg|' +
  'Ängelholm|Sjöö|Håkansson|Söderström|Malmö|Lindén|Linné|Rosén|Norén|Hallén|Éric|Cédric|Agnès|' +
  'Geneviève|Hélène|Thérèse|Ségolène|Solène|Irène|Daphné|Chloé|Zoé|Désiré|Aimée|Renée|Andrée|' +
  'Dorothée|Timothée|Benoît|Lemaître|Maître|Château|Crête|Forêt|Prévôt|Côté|Hôpital|Jérôme|' +
  'Pentecôte|Dubœuf|Lebœuf|Sœur|Cœur|Œdipe|Brûlé|Août|Dûment|Bûcher|Goût|Coût|Le Goûteux|Voûte|' +
  'Besnard-Hüe|Tchékhov|Müntzer|Zürn|Glück|Bréchignac|Vézina|Gagné|Bélanger|Côté-Hébert|Pépin|' +
  'Séguin|Évariste|Îlot|Ève|Ôbe|Seán Ó Súilleabháin|Áine Ní Bhriain|Siobhán|Róisín|Pádraig|' +
  'Caoimhín|Máire|Éamon Ó Cuív|Síle|Úna|Niamh Bháin|Mícheál|Fáil|Mìcheal|Sìne|Jón Þór|Æsir|Óðinn|' +
  'Höskuldur|Ásgeir|Eyþór|Guðbjörg|Sæþór|Hafþór Júlíus|Sigþór|Dagný|Hrönn|Þrúður|Bryndís|Kristín|' +
  'Guðný|Ragnheiður|Björgvin|Ýmir|Örn|Höður|Elín Þöll|Jóhanna Sigurðardóttir|Steinþóra|' +
  'Bjarni Benediktsson|Maðr|Færeyjar|Høgni Joensen|Bárður Oskarsson|Jógvan á Lakjuni|Rói Reynagarð|' +
  'Müller & Söhne GmbH™|Café “Zoë”|„Jürgen“ Weiß|«André»|René (père)|Dr. Müller, Jörg|J.-P. Éluard|' +
  'São Paulo|Curaçao|Škoda|Žižka|Šmidt|Mr. Günther’s|Nguyen Thé|D’Éon|L’Épine|N’Golo Kanté|' +
  'Dell’Aquila|d’Hérouville|Jean de La Fontaine|Pierre de la Brière|Élise Trân|Gjonbalaj Përparim|' +
  'Dëshirë Hoxha|Fatmirë Krasniqi|Arbër Çela|Enkelejdë|Añez|Iñárritu'
).split('|');

const reverse = new Map<EncodingName, ReadonlyMap<string, number[]>>();

/** Those of the names that the page has all letters of. */
export function writable(page: EncodingName, names: readonly string[]): string[] {
  return names.filter((name) => {
    try {
      return octetsIn(page, name).length > 0;
    } catch {
      return false;
    }
  });
}

/** The octets of a text in a page. Throws where the page does not have a character. */
export function octetsIn(page: EncodingName, text: string): Buffer {
  if (page === 'windows-1252') return windowsOctets(text);
  const table = reverse.get(page) ?? tableOf(page);
  reverse.set(page, table);
  return Buffer.from(
    [...text].flatMap((char) => {
      if (char < '\u0080') return [char.charCodeAt(0)];
      const octets = table.get(char);
      if (octets === undefined) throw new Error(`${codePages[page]} has no ${char}`);
      return octets;
    }),
  );
}

function tableOf(page: EncodingName): ReadonlyMap<string, number[]> {
  const table = new Map<string, number[]>();
  const enter = (...octets: number[]): void => {
    const { text, fault } = pageDecoder(page).decode(Uint8Array.from(octets), true);
    if (!fault && [...text].length === 1 && !table.has(text)) table.set(text, octets);
  };
  for (let first = 0x80; first < 0x100; first += 1) {
    enter(first);
    for (let second = 0x40; second < 0x100; second += 1) enter(first, second);
  }
  return table;
}
