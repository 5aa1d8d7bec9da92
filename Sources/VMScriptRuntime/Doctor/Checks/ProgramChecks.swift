/// The checks of programs, one for each row of ``HostProgram``.
extension DoctorCheck {
  static let programChecks: [DoctorCheck] = HostProgram.allCases.map { program in
    DoctorCheck(
      name: program.rawValue, group: .programs, signs: [program.row.sign].compactMap(\.self),
      judgement: .machine { machine, facts, demands in
        if let path = machine.programs[program] { return [.fine(path)] }
        return [
          .missing(
            DoctorMessages.noProgram(program, demands, HostCommands(facts)),
            "not installed; needed for \(program.row.purpose)",
            isDemanded: demands.has(.program(program)))
        ]
      })
  }
}
