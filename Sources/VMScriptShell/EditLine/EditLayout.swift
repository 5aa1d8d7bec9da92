import CEditLine

/// Where the characters of prompt and line stand on a terminal, as libedit lays them out.
///
/// A character that does not fit into its row begins the next one; a row that is full ends there.
struct EditLayout {
  /// A place on the terminal, counted from where the prompt begins.
  struct Place: Hashable {
    var row: Int
    var column: Int
  }

  /// Of each character, and of what would follow the last one.
  let places: [Place]

  /// Lays out a line behind a prompt of a number of columns.
  init(prompt: Int, line: [Unicode.Scalar], columns: Int) {
    let columns = max(columns, 1)
    var place = Place(row: prompt / columns, column: prompt % columns)
    var places: [Place] = []
    places.reserveCapacity(line.count + 1)
    for scalar in line {
      if scalar == "\n" {
        places.append(place)
        place = Place(row: place.row + 1, column: 0)
        continue
      }
      let width = Self.width(of: scalar)
      if width == 2, place.column == columns - 1 { place = Place(row: place.row + 1, column: 0) }
      places.append(place)
      place.column += width
      if place.column >= columns { place = Place(row: place.row + 1, column: 0) }
    }
    places.append(place)
    self.places = places
  }

  /// What follows the last character.
  var end: Place { places[places.count - 1] }

  /// The columns of a character as libedit counts them; of one that is not shown, none.
  static func width(of scalar: Unicode.Scalar) -> Int {
    if scalar.isASCII { return 1 }
    return max(0, Int(vms_columns(scalar.value)))
  }
}
