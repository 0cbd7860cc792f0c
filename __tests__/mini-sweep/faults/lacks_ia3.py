del IA3Config
